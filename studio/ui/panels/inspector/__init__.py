"""What there is to know about what is selected, and what can be done with it."""

from studio.ui.panels.inspector.inspector import Inspector

__all__ = ["Inspector"]
