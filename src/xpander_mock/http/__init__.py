"""The API over HTTP: who calls, what is valid, how answers look, and how they can be made to fail."""
