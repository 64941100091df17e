"""The status bar and the queue that opens from it."""
