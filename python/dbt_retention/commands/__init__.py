"""What the command line calls: one module or folder per command."""
