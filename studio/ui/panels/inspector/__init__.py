"""Inspector: details of the selection, and actions on it."""

from studio.ui.panels.inspector.inspector import Inspector

__all__ = ["Inspector"]
