"""Pick mode and duels: views and controllers, connected to the other parts when first used."""

from __future__ import annotations

from typing import Protocol

from studio.app.core import Core
from studio.ui.controllers.collections import CollectionsController
from studio.ui.controllers.current_pictures import CurrentPictures
from studio.ui.controllers.duel import DuelController
from studio.ui.controllers.library_view import LibraryViewController
from studio.ui.controllers.messages import MessagesController
from studio.ui.controllers.pick import PickRounds
from studio.ui.controllers.selection import SelectionController
from studio.ui.controllers.view_stack import ViewStack
from studio.ui.controllers.view_switch import ViewSwitch
from studio.ui.support.late import Late
from studio.ui.views.duel import DuelView
from studio.ui.views.pick import PickView
from studio.ui.window.actions import Actions
from studio.ui.window.main_window import StudioWindow


class OtherParts(Protocol):
    """The parts of a window that pick mode and duels are connected to."""

    core: Core
    window: StudioWindow
    actions_of: Actions
    collections_controller: CollectionsController
    current_pictures: CurrentPictures
    duel: Late[DuelView]
    library_view: LibraryViewController
    messages_controller: MessagesController
    pick_rounds: PickRounds
    selection: SelectionController
    view_stack: ViewStack
    view_switch: ViewSwitch


class ChoosingParts:
    """Creates views and controllers of pick mode and duels for a window."""

    def __init__(self, parts: OtherParts) -> None:
        self._parts = parts

    def make_pick_view(self) -> PickView:
        """Create the view of pick mode in the window."""
        parts = self._parts
        view, rounds = PickView(parts.core.library, parts.core.decoder), parts.pick_rounds
        view.decided.connect(rounds.on_decided)
        view.advance_chosen.connect(rounds.on_advance_chosen)
        view.rated.connect(rounds.on_rated)
        view.stepped.connect(rounds.on_stepped)
        view.went_to.connect(rounds.on_went_to)
        view.taken_back.connect(rounds.on_taken_back)
        view.finish_chosen.connect(rounds.on_finish_chosen)
        view.told.connect(parts.messages_controller.show_message)
        view.duel_wanted.connect(parts.actions_of.every["duel"].trigger)
        view.shown.connect(parts.current_pictures.on_full_screen_shown)
        view.closed.connect(parts.view_switch.show_grid)
        view.action.connect(parts.view_switch.on_loupe_action)
        parts.window.views.addWidget(view)
        return view

    def make_duel_view(self) -> DuelView:
        """Create the view of duels in the window."""
        parts = self._parts
        view = DuelView(parts.core.library, parts.core.decoder)
        view.shown.connect(parts.current_pictures.on_full_screen_shown)
        view.action.connect(parts.view_switch.on_loupe_action)
        view.told.connect(parts.messages_controller.show_message)
        parts.window.views.addWidget(view)
        return view

    def make_duel_controller(self) -> DuelController:
        """Create the controller of duels, with its view."""
        parts = self._parts
        view = parts.duel.get()
        duels = DuelController(
            parts.core,
            parts.library_view,
            parts.selection,
            parts.messages_controller,
            parts.view_stack,
            parts.view_switch,
            parts.pick_rounds,
            view=view,
            place_name=parts.collections_controller.place_name,
        )
        view.decided.connect(duels.on_decided)
        view.decided_again.connect(duels.on_decided_again)
        view.taken_back.connect(duels.on_taken_back)
        view.best_chosen.connect(duels.on_best_chosen)
        view.finish_chosen.connect(duels.on_finish_chosen)
        view.outdated.connect(duels.on_outdated)
        view.closed.connect(duels.on_closed)
        parts.view_switch.duel_wanted.connect(duels.return_to_duel)
        duels.said.connect(parts.messages_controller.on_said)
        duels.left.connect(parts.view_switch.show_grid)
        duels.collect_wanted.connect(parts.collections_controller.on_collect_wanted)
        return duels
