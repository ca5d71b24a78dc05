"""Writing tasks into a file so that a cut export can go on: the growing file, its checkpoint, its formats."""
