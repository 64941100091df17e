"""The loupe and its modes: connected to the other parts when first shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from studio.app.core import Core
from studio.domain.entities import Picture
from studio.ui.controllers.budget import BudgetController
from studio.ui.controllers.current_pictures import CurrentPictures
from studio.ui.controllers.drawing_mode import ModeContext
from studio.ui.controllers.item_actions import ItemActions
from studio.ui.controllers.library_view import LibraryViewController
from studio.ui.controllers.loupe_modes import LoupeModes
from studio.ui.controllers.mark import MarkController
from studio.ui.controllers.messages import MessagesController
from studio.ui.controllers.only_here import OnlyHereController
from studio.ui.controllers.only_here_result import OnlyHereResult
from studio.ui.controllers.pictures import PicturesController
from studio.ui.controllers.presentation import Presentation
from studio.ui.controllers.reframe import ReframeController
from studio.ui.controllers.result_toast import ResultToast
from studio.ui.controllers.view_options import ViewOptionsController
from studio.ui.controllers.view_stack import ViewStack
from studio.ui.controllers.view_switch import ViewSwitch
from studio.ui.panels.composer.composer import Composer
from studio.ui.panels.inspector import Inspector
from studio.ui.panels.status_bar.activity import StatusBar
from studio.ui.support.late import Late
from studio.ui.support.loupe_modes import LoupeModeName
from studio.ui.views.loupe import Loupe
from studio.ui.widgets.message_bar import MessageBar
from studio.ui.window.main_window import StudioWindow

if TYPE_CHECKING:
    from studio.ui.views.compare import CompareView
    from studio.ui.views.tree import TreeView


class LoupeNeighbours(Protocol):
    """The parts of a window that the loupe is connected to."""

    core: Core
    window: StudioWindow
    budget_controller: BudgetController
    compare: Late[CompareView]
    composer: Composer
    current_pictures: CurrentPictures
    inspector: Inspector
    item_actions: ItemActions
    library_view: LibraryViewController
    loupe: Late[Loupe]
    loupe_modes: Late[LoupeModes]
    marks: Late[MarkController]
    messages: MessageBar
    only_here: Late[OnlyHereController]
    messages_controller: MessagesController
    pictures: PicturesController
    presentation: Presentation
    status_bar: StatusBar
    tree: Late[TreeView]
    view_options: ViewOptionsController
    view_stack: ViewStack
    view_switch: ViewSwitch


class LoupeParts:
    """Creates the loupe and its modes for a window.

    Attributes:
        reframing: controller of reframe mode; created when first used.
    """

    def __init__(self, parts: LoupeNeighbours) -> None:
        self._parts = parts
        self.reframing: Late[ReframeController] = Late(self._make_reframing)

    def make_loupe(self) -> Loupe:
        """Create the loupe in the window."""
        parts = self._parts
        core = parts.core
        loupe = Loupe(core.library, core.decoder, surround=core.settings.value.surround)
        loupe.picture_changed.connect(parts.current_pictures.on_loupe_picture)
        loupe.closed.connect(parts.presentation.on_view_closed)
        loupe.rated.connect(parts.pictures.rate)
        loupe.flagged.connect(parts.view_switch.on_loupe_flagged)
        loupe.action.connect(parts.view_switch.on_loupe_action)
        loupe.menu_requested.connect(parts.item_actions.on_context_menu)
        loupe.job_chosen.connect(parts.view_switch.on_job_chosen)
        loupe.told.connect(parts.messages_controller.show_message)
        loupe.surround_changed.connect(parts.view_options.on_surround_changed)
        loupe.mode_chosen.connect(self.on_mode_chosen)
        result = OnlyHereResult(
            core,
            parts.library_view,
            parts.view_stack,
            parts.messages_controller,
            parts.budget_controller,
            loupe,
        )
        result.replaced.connect(self.on_picture_replaced)
        toast = ResultToast(core.library, parts.view_switch, parts.messages_controller, loupe)
        parts.window.model.replaced.connect(toast.on_picture_arrived)
        loupe.set_presenting(presenting=parts.presentation.active)
        parts.window.views.addWidget(loupe)
        return loupe

    def on_picture_replaced(self, picture: Picture, successor: Picture) -> None:
        """Show the successor of a picture in the open view."""
        parts = self._parts
        if parts.view_switch.in_compare:
            parts.compare.get().show_successor(picture.row, successor.row)
        elif parts.view_switch.in_tree:
            parts.tree.get().show_successor(picture.id, successor.id)
        elif parts.view_switch.large is None and not parts.window.gallery.selected_rows():
            parts.view_switch.on_stepped((successor.id,))

    def on_mode_chosen(self, mode: LoupeModeName) -> None:
        """Change the mode of the loupe."""
        self._parts.loupe_modes.get().on_mode_chosen(mode)

    def make_loupe_modes(self) -> LoupeModes:
        """Create the modes of the loupe."""
        parts = self._parts
        return LoupeModes(
            parts.core.library,
            parts.view_switch,
            parts.view_stack,
            loupe=parts.loupe.get(),
            composer=parts.composer,
            inspector=parts.inspector,
            controllers={
                LoupeModeName.MARK: parts.marks.get,
                LoupeModeName.ONLY_HERE: parts.only_here.get,
                LoupeModeName.REFRAME: self.reframing.get,
            },
            parent=parts.window,
        )

    def make_mark_controller(self) -> MarkController:
        """Create the controller of mark mode."""
        return MarkController(self._mode_context())

    def make_only_here_controller(self) -> OnlyHereController:
        """Create the controller of the mode Only here."""
        return OnlyHereController(self._mode_context())

    def _make_reframing(self) -> ReframeController:
        """Create the controller of reframe mode."""
        return ReframeController(self._mode_context())

    def _mode_context(self) -> ModeContext:
        parts = self._parts
        return ModeContext(
            core=parts.core,
            modes=parts.loupe_modes.get(),
            loupe=parts.loupe.get(),
            composer=parts.composer,
            inspector=parts.inspector,
            status_bar=parts.status_bar,
            messages=parts.messages_controller,
            messages_bar=parts.messages,
            views=parts.view_switch,
            zones=parts.window.zones,
            parent=parts.window,
        )
