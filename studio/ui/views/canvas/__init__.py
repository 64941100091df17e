"""Canvas for one picture: viewport, pixels and painting."""
