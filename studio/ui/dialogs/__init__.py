"""Dialogs and popovers: questions, lists, and file choices."""
