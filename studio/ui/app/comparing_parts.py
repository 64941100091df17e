"""Comparison, family tree and original: connected to the other parts when first shown."""

from __future__ import annotations

from typing import Protocol

from studio.app.core import Core
from studio.ui.controllers.compare import CompareDecisions
from studio.ui.controllers.current_pictures import CurrentPictures
from studio.ui.controllers.item_actions import ItemActions
from studio.ui.controllers.messages import MessagesController
from studio.ui.controllers.original_peek import OriginalPeek
from studio.ui.controllers.presentation import Presentation
from studio.ui.controllers.selection import SelectionController
from studio.ui.controllers.tree import TreeReader
from studio.ui.controllers.view_switch import ViewSwitch
from studio.ui.panels.inspector import Inspector
from studio.ui.views.compare import CompareView
from studio.ui.views.tree import TreeView
from studio.ui.window.main_window import StudioWindow


class ViewedParts(Protocol):
    """The parts of a window that the comparison and the tree are connected to."""

    core: Core
    window: StudioWindow
    current_pictures: CurrentPictures
    inspector: Inspector
    item_actions: ItemActions
    messages_controller: MessagesController
    presentation: Presentation
    selection: SelectionController
    view_switch: ViewSwitch


class ComparingParts:
    """Creates comparison, family tree and original for a window."""

    def __init__(self, parts: ViewedParts) -> None:
        self._parts = parts

    def make_compare_view(self) -> CompareView:
        """Create the comparison in the window."""
        parts = self._parts
        view = CompareView(parts.core.library, parts.core.decoder, parts.core.comparer)
        view.group.keys.set_wanted(shown=parts.core.settings.value.compare_keys)
        decisions = CompareDecisions(parts.core, view)
        decisions.said.connect(parts.messages_controller.on_said)
        parts.inspector.decided.connect(decisions.on_decided)
        parts.inspector.difference_wanted.connect(view.on_difference_wanted)
        view.pixels_changed.connect(parts.inspector.show_pixels)
        view.sides_changed.connect(parts.current_pictures.on_compared)
        view.keys_hidden.connect(decisions.on_keys_hidden)
        view.ended.connect(parts.view_switch.on_comparison_ended)
        view.closed.connect(parts.presentation.on_view_closed)
        view.action.connect(parts.view_switch.on_loupe_action)
        view.menu_requested.connect(parts.item_actions.on_context_menu)
        view.job_chosen.connect(parts.view_switch.on_job_chosen)
        view.set_presenting(presenting=parts.presentation.active)
        parts.window.views.addWidget(view)
        return view

    def make_tree_view(self) -> TreeView:
        """Create the family tree in the window."""
        parts = self._parts
        view = TreeView(parts.core.library)
        reader = TreeReader(parts.core, view)
        reader.said.connect(parts.messages_controller.on_said)
        view.outdated.connect(reader.on_outdated)
        view.branch_named.connect(reader.on_branch_named)
        view.selection_changed.connect(parts.current_pictures.on_tree_selection)
        view.branch_selected.connect(parts.inspector.show_branch)
        view.opened.connect(parts.view_switch.open_loupe)
        view.closed.connect(parts.presentation.on_view_closed)
        view.action.connect(parts.view_switch.on_loupe_action)
        view.menu_requested.connect(parts.item_actions.on_tree_menu)
        view.job_chosen.connect(parts.view_switch.on_job_chosen)
        view.set_jobs([job for job in parts.core.queue.jobs.values() if job.alive])
        view.set_presenting(presenting=parts.presentation.active)
        parts.window.views.addWidget(view)
        return view

    def make_original_peek(self) -> OriginalPeek:
        """Create the display of the original over a view."""
        parts = self._parts
        return OriginalPeek(
            parts.core, parts.selection, parts.messages_controller, parts.window.views
        )
