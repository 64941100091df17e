"""The loupe and its mark mode: connected to the other parts when first shown."""

from __future__ import annotations

from typing import Protocol

from studio.app.core import Core
from studio.ui.controllers.current_pictures import CurrentPictures
from studio.ui.controllers.item_actions import ItemActions
from studio.ui.controllers.mark import MarkController
from studio.ui.controllers.messages import MessagesController
from studio.ui.controllers.pictures import PicturesController
from studio.ui.controllers.presentation import Presentation
from studio.ui.controllers.view_options import ViewOptionsController
from studio.ui.controllers.view_stack import ViewStack
from studio.ui.controllers.view_switch import ViewSwitch
from studio.ui.panels.composer.composer import Composer
from studio.ui.panels.inspector import Inspector
from studio.ui.panels.status_bar.activity import StatusBar
from studio.ui.support.late import Late
from studio.ui.views.loupe import Loupe
from studio.ui.widgets.message_bar import MessageBar
from studio.ui.window.main_window import StudioWindow


class LoupeNeighbours(Protocol):
    """The parts of a window that the loupe is connected to."""

    core: Core
    window: StudioWindow
    composer: Composer
    current_pictures: CurrentPictures
    inspector: Inspector
    item_actions: ItemActions
    loupe: Late[Loupe]
    messages: MessageBar
    messages_controller: MessagesController
    pictures: PicturesController
    presentation: Presentation
    status_bar: StatusBar
    view_options: ViewOptionsController
    view_stack: ViewStack
    view_switch: ViewSwitch

    def on_mode_chosen(self, mode: str) -> None: ...


class LoupeParts:
    """Makes them, for a window."""

    def __init__(self, parts: LoupeNeighbours) -> None:
        self._parts = parts

    def make_loupe(self) -> Loupe:
        """The loupe, in the window."""
        parts = self._parts
        core = parts.core
        loupe = Loupe(core.library, core.decoder, surround=core.settings.value.surround)
        loupe.picture_changed.connect(parts.current_pictures.on_loupe_picture)
        loupe.closed.connect(parts.view_switch.leave_view)
        loupe.rated.connect(parts.pictures.rate)
        loupe.flagged.connect(parts.view_switch.on_loupe_flagged)
        loupe.action.connect(parts.view_switch.on_loupe_action)
        loupe.menu_requested.connect(parts.item_actions.on_context_menu)
        loupe.job_chosen.connect(parts.view_switch.on_job_chosen)
        loupe.told.connect(parts.messages_controller.show_message)
        loupe.surround_changed.connect(parts.view_options.on_surround_changed)
        loupe.mode_chosen.connect(parts.on_mode_chosen)
        loupe.set_presenting(presenting=parts.presentation.active)
        parts.window.views.addWidget(loupe)
        return loupe

    def make_mark_controller(self) -> MarkController:
        """Mark mode of the loupe."""
        parts = self._parts
        marks = MarkController(
            parts.core,
            parts.view_switch,
            parts.view_stack,
            loupe=parts.loupe.get(),
            composer=parts.composer,
            inspector=parts.inspector,
            status_bar=parts.status_bar,
            zones=parts.window.zones,
            messages_bar=parts.messages,
            parent=parts.window,
        )
        marks.said.connect(parts.messages_controller.show_message)
        return marks
