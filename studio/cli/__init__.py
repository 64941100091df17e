"""Command line: output as plain text or JSON lines, and exit codes for scripts.

Results go to standard output, everything else to standard error. Qt is never loaded.
"""
