"""Reframe mode of the loupe: frames around its picture, for more room or for crops."""
