"""Comparison of two to four pictures."""

from studio.ui.views.compare.compare_view import CompareView

__all__ = ["CompareView"]
