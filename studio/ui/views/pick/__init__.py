"""Pick mode: one picture, one key, the next."""

from studio.ui.views.pick.pick_view import PickView

__all__ = ["PickView"]
