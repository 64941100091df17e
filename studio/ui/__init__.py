"""The window, made with Qt."""
