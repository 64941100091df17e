"""Builds what the window has beside its first screen: panels, controllers, and who hears whom.

It goes step by step: between two steps the window answers, and nothing here is needed to look at
the first pictures or to write on the prompt. Only `window_parts.py`, which makes the parts,
`action_table.py` and `signal_connections.py` know all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from studio.app.core import Core
from studio.domain.drafts import Draft
from studio.ui.app.action_table import menus
from studio.ui.app.signal_connections import connect
from studio.ui.app.window_parts import WindowParts
from studio.ui.controllers.library_view import LibraryViewController
from studio.ui.window.main_window import StudioWindow


class WindowBuilder(WindowParts):
    """Makes the parts of one window and connects them."""

    def __init__(self, core: Core, window: StudioWindow, browsing: LibraryViewController) -> None:
        """The window has its first screen, which `browsing` fills."""
        super().__init__(core, window, browsing, menus)

    def build(self, left: Draft | None) -> Iterator[None]:
        """Make everything, put it in its place and connect it; `left` is the composer as it was."""
        yield from self.make(left)
        yield
        connect(self)
