"""The whole document against the server: generated requests of every operation, one by one and in sequences."""
