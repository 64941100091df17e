"""Views that fill the middle of the window."""
