"""Menus of the window, built from the action table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from studio.common.i18n import _
from studio.domain.entities import Job
from studio.ui.support import stack_content
from studio.ui.support.ports import JobOffers
from studio.ui.support.role_names import REFERENCE_ROLES
from studio.ui.widgets.menu import Menu
from studio.ui.window.actions import Actions

STACK = (
    "stack_toggle",
    "stack_cover",
    "stack_reject_rest",
    "stack_compare",
    "stack",
    "unstack",
)
"""Actions of the submenu of stacks."""

COPIES = (
    *("copy_image", "copy_file", "copy_prompt", "copy_settings", "copy_settings_json"),
    *("copy_seed", "copy_path"),
)
"""Actions of the submenu for copying parts of a picture."""


def main_menu(actions: Actions, parent: QWidget) -> Menu:
    """Main menu: File, Edit, Picture, View, Library, Help."""
    actions.dress()
    menu = Menu("", parent)
    for table in actions.menus:
        inner = menu.submenu(table.title, name=table.name)
        for number, group in enumerate(table.groups):
            if number:
                inner.addSeparator()
            for row in group:
                inner.addAction(actions.every[row.name])
    return menu


def tile_menu(
    actions: Actions,
    parent: QWidget,
    *,
    trashed: bool,
    fill_open_with: Callable[[Menu], object],
    branch: bool = False,
) -> Menu:
    """Context menu of a picture's tile; `fill_open_with` adds the programs that can open it.

    `branch` adds the actions for a branch of a tree.
    """
    actions.dress()
    menu = Menu("", parent)
    every = actions.every
    groups = (
        (
            *("open", "compare", "compare_parent", "tree"),
            *("edit", "only_here", "edit_both", "vary", "remix"),
        ),
        ("pick", "reject"),
    )
    for group in groups:
        for name in group:
            menu.addAction(every[name])
        if "open" in group:
            menu.addSeparator()
    reference = menu.submenu(_("Use as reference"))
    for role in REFERENCE_ROLES:
        reference.addAction(every[f"reference_{role.value}"])
    rating = menu.submenu(_("Rating"))
    for stars in (5, 4, 3, 2, 1, 0):
        rating.addAction(every[f"rate_{stars}"])
    stack = menu.submenu(_("Stack"))
    for name in STACK:
        stack.addAction(every[name])
    menu.addSeparator()
    for name in (
        "tag",
        "collect",
        "put_on_shelf",
        *(("collect_branch",) if branch else ()),
        "rename",
    ):
        menu.addAction(every[name])
    menu.addSeparator()
    menu.addAction(every["copy"])
    menu.addAction(every["copy_original"])
    part = menu.submenu(_("Copy only"))
    for name in COPIES:
        part.addAction(every[name])
    menu.addSeparator()
    if every["open_with"].isEnabled():
        fill_open_with(menu.submenu(_("Open with")))
    else:
        menu.addAction(every["open_with"])
    for name in ("save_as", "export", "show_in_folder"):
        menu.addAction(every[name])
    menu.addSeparator()
    for name in ("restore", "empty_trash") if trashed else ("trash",):
        menu.addAction(every[name])
    return menu


def job_menu(running: JobOffers, job: Job, parent: QWidget, run: Sequence[Job] = ()) -> Menu:
    """Context menu of a job's tile, by the job's state.

    `run` are all unfinished jobs if the tile is a closed stack.
    """
    menu = Menu("", parent)
    if len(run) > 1:
        menu.addAction(_JobAction(running, "cancel", stack_content.cancel_tip(len(run)), run, menu))
        return menu
    for name, text in running.offers(job):
        menu.addAction(_JobAction(running, name, text, [job], menu))
    return menu


def mat_menu(actions: Actions, parent: QWidget) -> Menu:
    """Context menu of the gallery's background, and of an empty gallery."""
    actions.dress()
    menu = Menu("", parent)
    for group in (
        ("paste", "import_files", "import_folder"),
        ("select_all", "captions", "hide_rejected"),
    ):
        for name in group:
            menu.addAction(actions.every[name])
        menu.addSeparator()
    menu.addAction(actions.every["open_library_folder"])
    return menu


class _JobAction(QAction):
    """One entry of the menu of a job, or of a run."""

    def __init__(
        self, running: JobOffers, name: str, text: str, jobs: Sequence[Job], parent: QWidget
    ) -> None:
        super().__init__(text, parent)
        self._running = running
        self._name = name
        self._jobs = jobs
        self.triggered.connect(self.on_triggered)

    def on_triggered(self) -> None:
        """Run the action of this entry."""
        for job in self._jobs:
            self._running.run_tile_action(self._name, job)
