"""The documented contract as tests, for the mock or any other server that implements the API."""
