"""The functions that SQL calls, on Arrow columns; one implementation for both engines."""
