"""Requests from a command line to the process that owns the library."""
