"""Build the rest of the window after its first screen: panels, controllers and connections.

Done in steps, between which the window stays responsive; nothing here is needed to view the first
pictures or write a prompt. Only `window_parts.py`, which creates the parts, `action_table.py` and
`signal_connections.py` refer to all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from studio.app.core import Core
from studio.domain.drafts import Draft
from studio.ui.app.action_table import menus
from studio.ui.app.signal_connections import connect
from studio.ui.app.window_parts import WindowParts
from studio.ui.controllers.library_view import LibraryViewController
from studio.ui.support import shortcuts
from studio.ui.window.main_window import StudioWindow


class WindowBuilder(WindowParts):
    """Creates the parts of one window and connects them."""

    def __init__(self, core: Core, window: StudioWindow, browsing: LibraryViewController) -> None:
        """The window shows its first screen, filled by `browsing`."""
        super().__init__(core, window, browsing, menus)

    def build(self, left: Draft | None) -> Iterator[None]:
        """Create, place and connect all parts; `left` is the saved draft of the composer."""
        if changes := self.core.settings.value.shortcuts:
            # Apply changed shortcuts before the widgets that show keys are created.
            shortcuts.use([row for menu in menus() for row in menu.rows], changes)
        yield from self.make(left)
        yield
        connect(self)
