"""The operations of the API, one module each, in a package for each tag."""
