"""One picture, large: its bar, the canvas, what it was made from, the strip of its neighbours."""

from studio.ui.views.loupe.loupe import Loupe

__all__ = ["Loupe"]
