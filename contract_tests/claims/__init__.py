"""One or more tests for each documented sentence that a schema alone cannot check."""
