"""Helpers of the window without widgets of their own."""
