"""One module for each command. Its imports are light: what a command needs, its function imports."""
