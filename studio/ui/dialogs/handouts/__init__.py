"""Dialogs of contact sheets and hand-off pages."""
