"""What people look at: report and cockpit. Both read marts by SQL, and share texts, formats and charts."""
