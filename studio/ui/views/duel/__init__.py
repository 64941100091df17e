"""Duel: two pictures, one key, the next pair."""

from studio.ui.views.duel.duel_view import DuelView

__all__ = ["DuelView"]
