"""First page and empty page: connected to the other parts when first shown."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt

from studio.app.core import Core
from studio.ui.controllers.draft import DraftController
from studio.ui.controllers.item_actions import ItemActions
from studio.ui.controllers.view_options import ViewOptionsController
from studio.ui.dialogs.launcher import DialogLauncher
from studio.ui.panels.key_card import KeyCard
from studio.ui.views.empty_state import EmptyState
from studio.ui.views.welcome import Welcome
from studio.ui.window.actions import Actions
from studio.ui.window.main_window import StudioWindow


class PageNeighbours(Protocol):
    """The parts of a window that the pages are connected to."""

    core: Core
    window: StudioWindow
    actions_of: Actions
    dialogs: DialogLauncher
    draft_controller: DraftController
    item_actions: ItemActions
    view_options: ViewOptionsController


class PageParts:
    """Creates the first page and the empty page for a window."""

    def __init__(self, parts: PageNeighbours) -> None:
        self._parts = parts

    def make_welcome(self) -> Welcome:
        """Create the first page in the window."""
        parts = self._parts
        key_card = KeyCard(parts.core)  # no parent: the page adds it to its tab order
        welcome = Welcome(parts.core, key_card, parts.window.pages)
        welcome.profile_shown.connect(key_card.show_default)
        welcome.show_profile(parts.core.default_profile)
        welcome.prompt_chosen.connect(parts.draft_controller.on_prompt_chosen)
        welcome.import_requested.connect(parts.actions_of.every["import_folder"].trigger)
        welcome.shortcuts_requested.connect(parts.dialogs.open_shortcuts)
        welcome.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        welcome.customContextMenuRequested.connect(parts.item_actions.on_empty_menu)
        parts.window.pages.addWidget(welcome)
        return welcome

    def make_nothing(self) -> EmptyState:
        """Create the empty page in the window."""
        parts = self._parts
        nothing = EmptyState(parts.window.gallery, parts.window.grid)
        nothing.wanted.connect(parts.view_options.on_more_wanted)
        nothing.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        nothing.customContextMenuRequested.connect(parts.item_actions.on_empty_menu)
        return nothing
