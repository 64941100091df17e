"""Exchange of pictures with other programs: parts created on first use."""

from __future__ import annotations

from typing import Protocol

from studio.app.core import Core
from studio.domain.entities import Reference
from studio.ui.controllers.messages import MessagesController
from studio.ui.controllers.open_with import OpenWith
from studio.ui.controllers.partial_copies import PartialCopies
from studio.ui.controllers.selection import SelectionController
from studio.ui.controllers.settings_proposal import SettingsProposal
from studio.ui.panels.composer.composer import Composer
from studio.ui.widgets.menu import Menu
from studio.ui.window.main_window import StudioWindow


class ExchangeNeighbours(Protocol):
    """Parts of the window that copying, opening elsewhere and dropped settings need."""

    core: Core
    window: StudioWindow
    composer: Composer
    messages_controller: MessagesController
    selection: SelectionController


class ExchangeParts:
    """Parts of a window that exchange pictures and settings with other programs.

    Attributes:
        copies: copies of parts of the selected pictures.
        open_with: programs for the selected pictures.
    """

    def __init__(self, parts: ExchangeNeighbours) -> None:
        core, window = parts.core, parts.window
        self.copies = PartialCopies(core, parts.selection, parts.messages_controller)
        self.open_with = OpenWith(core, parts.selection, parts.messages_controller, window)
        self._proposal = SettingsProposal(core, parts.composer, window)

    def fill_open_with(self, menu: Menu) -> None:
        """Add the programs that open the selected pictures to a menu."""
        self.open_with.fill(menu)

    def offer_settings(self, reference: Reference) -> None:
        """Offer the settings of a picture from outside that became a reference."""
        self._proposal.propose_for(reference)
