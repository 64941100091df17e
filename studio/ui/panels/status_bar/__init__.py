"""Status bar, and the queue popover."""
