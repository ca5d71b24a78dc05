"""The corpus run: both sets of templates on many documents, compared."""
