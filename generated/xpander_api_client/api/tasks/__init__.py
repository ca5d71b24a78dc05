"""The operations of one tag, one module each."""
