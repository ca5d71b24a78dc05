"""Rules that any traffic must keep, as pure functions from exchanges to violations."""
