"""Reframe mode of the loupe: frames around the picture, to extend or to crop it."""
