"""Tree of a family of pictures."""

from studio.ui.views.tree.tree_view import TreeView

__all__ = ["TreeView"]
