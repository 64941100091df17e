"""Start and end of the window, and its event loop."""
