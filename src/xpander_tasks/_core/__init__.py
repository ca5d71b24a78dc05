"""Decisions without I/O: what to send next, when to stop, how long to wait."""
