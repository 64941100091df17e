"""What opens over the window: questions, lists, and what is chosen from the disk."""
