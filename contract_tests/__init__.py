"""The documented contract as tests, against the mock or any other server that keeps it."""
