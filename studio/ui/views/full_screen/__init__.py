"""Parts that pick mode and duel share: views without bars and panels."""

from studio.ui.views.full_screen.head import FullScreenHead
from studio.ui.views.full_screen.view import FullScreenView

__all__ = ["FullScreenHead", "FullScreenView"]
