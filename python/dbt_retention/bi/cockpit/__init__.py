"""The cockpit, a Streamlit app on the serving file: `app.py` is the script, and a page is a module."""
