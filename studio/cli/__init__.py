"""The command line: plain lines or JSON lines, and the exit codes scripts rely on.

Results go to standard output, everything else to standard error. It never loads Qt.
"""
