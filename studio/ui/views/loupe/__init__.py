"""Large view of one picture: bar, canvas, parent preview and film strip."""

from studio.ui.views.loupe.loupe import Loupe

__all__ = ["Loupe"]
