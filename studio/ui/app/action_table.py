"""Action table, the source of menus, command palette and shortcut list.

Handlers are looked up when an action is triggered: the table is built before the rest of the
window.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studio.common.i18n import _, ngettext, number, pgettext
from studio.domain.comparison import MOST as MOST_COMPARED
from studio.domain.entities import Picture, Role
from studio.domain.stacks import StackBy
from studio.library.query import View
from studio.ui.controllers.pictures import show_files
from studio.ui.support import desktop_services, stack_content
from studio.ui.support.loupe_modes import LoupeModeName
from studio.ui.support.role_names import REFERENCE_ROLES, use_text
from studio.ui.window.actions import Action, ActionMenu, ActionNeeds, ShortcutScope

if TYPE_CHECKING:
    from studio.ui.app.window_parts import WindowParts

PANELS, GALLERY = ShortcutScope.PANELS, ShortcutScope.GALLERY
PICTURES, ONE, ITEMS = ActionNeeds.PICTURES, ActionNeeds.ONE, ActionNeeds.ITEMS
TWO, TRASHED, STACK = ActionNeeds.TWO, ActionNeeds.TRASHED, ActionNeeds.STACK
NO_COVER = ActionNeeds.NO_COVER


def menus() -> tuple[ActionMenu[WindowParts], ...]:
    """All actions, by menu and group."""
    return (_file(), _edit(), _image(), _view(), _library(), _help())


def _file() -> ActionMenu[WindowParts]:
    return ActionMenu(pgettext("menu", "File"), ((
        Action("generate", _("Generate"), lambda parts: parts.presentation.generate(),
               keys=("Ctrl+Return", "Ctrl+Enter")),
        Action("composer", _("Write a prompt"),
               lambda parts: parts.presentation.show_and(parts.composer.focus_prompt),
               keys=("Ctrl+L",)),
    ), (
        Action("import_files", _("Import pictures…"),
               lambda parts: parts.import_controller.choose(folder=False),
               keys=("Ctrl+Shift+I",), icon="import"),
        Action("import_folder", _("Import a folder…"),
               lambda parts: parts.import_controller.choose(folder=True)),
        Action("open_with", _("Open with…"), lambda parts: parts.exchange.get().open_with.choose(),
               keys=("Ctrl+Shift+O",), where=PANELS, needs=PICTURES, icon="picture",
               counted=lambda n: ngettext(
                   "Open {n} picture with…", "Open {n} pictures with…", n).format(n=number(n))),
        Action("save_as", _("Save as…"), lambda parts: parts.pictures.save_as(),
               keys=("Ctrl+S",), needs=PICTURES, icon="save",
               counted=lambda n: ngettext(
                   "Save {n} picture…", "Save {n} pictures…", n).format(n=number(n))),
        Action("drag_recipe", _("Drag as…"), lambda parts: parts.outgoing.get().chooser.toggle(),
               keys=("Ctrl+D",), icon="drag"),
        Action("export", _("Export…"), lambda parts: parts.exports.get().open(),
               keys=("Ctrl+Shift+S",), icon="export",
               counted=lambda n: ngettext(
                   "Export {n} picture…", "Export {n} pictures…", n).format(n=number(n))),
        Action("spreadsheet", _("Spreadsheet…"), lambda parts: parts.spreadsheets.get().choose(),
               counted=lambda n: ngettext(
                   "Spreadsheet of {n} picture…", "Spreadsheet of {n} pictures…", n
               ).format(n=number(n))),
        Action("contact_sheet", _("Contact sheet…"),
               lambda parts: parts.handouts.get().sheets.open(),
               counted=lambda n: ngettext(
                   "Contact sheet of {n} picture…", "Contact sheet of {n} pictures…", n
               ).format(n=number(n))),
        Action("handoff_page", _("Hand-off page…"),
               lambda parts: parts.handouts.get().pages.open(),
               counted=lambda n: ngettext(
                   "Hand-off page of {n} picture…", "Hand-off page of {n} pictures…", n
               ).format(n=number(n))),
        Action("show_in_folder", _("Show in folder"), lambda parts: parts.pictures.show_in_folder(),
               keys=("Ctrl+Shift+R",), needs=PICTURES, icon="folder",
               counted=lambda n: ngettext(
                   "Show {n} picture in folder", "Show {n} pictures in folder", n
               ).format(n=number(n))),
    ), (
        Action("settings", _("Settings…"), lambda parts: parts.dialogs.open_settings("keys"),
               keys=("Ctrl+,",)),
    ), (
        Action("quit", _("Quit"), lambda parts: parts.window.close(), keys=("Ctrl+Q",)),
    )), name="file")  # fmt: skip


def _edit() -> ActionMenu[WindowParts]:
    return ActionMenu(pgettext("menu", "Edit"), ((
        Action("undo", _("Undo"), lambda parts: parts.handlers.undo(), keys=("Ctrl+Z",)),
        Action("redo", _("Redo"), lambda parts: parts.handlers.redo(),
               keys=("Ctrl+Shift+Z", "Ctrl+Y")),
    ), (
        Action("copy", _("Copy"), lambda parts: parts.handlers.copy(),
               keys=("Ctrl+C",), where=PANELS, needs=PICTURES, icon="copy",
               counted=lambda n: ngettext(
                   "Copy {n} picture", "Copy {n} pictures", n).format(n=number(n))),
        Action("copy_original", _("Copy the original"),
               lambda parts: parts.pictures.copy_original(), where=PANELS, needs=PICTURES,
               counted=lambda n: ngettext(
                   "Copy {n} original", "Copy {n} originals", n).format(n=number(n))),
        Action("copy_image", _("Copy image"),
               lambda parts: parts.exchange.get().copies.copy_image(),
               where=PANELS, needs=ONE, icon="picture"),
        Action("copy_file", _("Copy file"), lambda parts: parts.exchange.get().copies.copy_files(),
               where=PANELS, needs=PICTURES,
               counted=lambda n: ngettext(
                   "Copy {n} file", "Copy {n} files", n).format(n=number(n))),
        Action("copy_prompt", _("Copy prompt"),
               lambda parts: parts.exchange.get().copies.copy_prompt(),
               keys=("Ctrl+Shift+C",), where=PANELS, needs=PICTURES, lacks=no_prompt,
               counted=lambda n: ngettext(
                   "Copy prompt of {n} picture", "Copy prompts of {n} pictures", n
               ).format(n=number(n))),
        Action("copy_settings", _("Copy settings"),
               lambda parts: parts.exchange.get().copies.copy_settings(),
               keys=("Ctrl+Shift+J",), where=PANELS, needs=PICTURES, icon="sliders",
               lacks=no_settings,
               counted=lambda n: ngettext(
                   "Copy settings of {n} picture", "Copy settings of {n} pictures", n
               ).format(n=number(n))),
        Action("copy_settings_json", _("Copy settings as JSON"),
               lambda parts: parts.exchange.get().copies.copy_settings_json(),
               where=PANELS, needs=PICTURES, lacks=no_settings,
               counted=lambda n: ngettext(
                   "Copy settings of {n} picture as JSON",
                   "Copy settings of {n} pictures as JSON", n
               ).format(n=number(n))),
        Action("copy_seed", _("Copy seed"), lambda parts: parts.exchange.get().copies.copy_seed(),
               keys=("Ctrl+Shift+N",), where=PANELS, needs=PICTURES, icon="dice", lacks=no_seed,
               counted=lambda n: ngettext(
                   "Copy seed of {n} picture", "Copy seeds of {n} pictures", n
               ).format(n=number(n))),
        Action("copy_path", _("Copy path"), lambda parts: parts.exchange.get().copies.copy_paths(),
               keys=("Ctrl+Shift+L",), where=PANELS, needs=PICTURES,
               counted=lambda n: ngettext(
                   "Copy path of {n} picture", "Copy paths of {n} pictures", n
               ).format(n=number(n))),
        Action("paste", _("Paste"), lambda parts: parts.handlers.paste(), keys=("Ctrl+V",)),
        Action("select_all", _("Select all"), lambda parts: parts.handlers.select_all(),
               keys=("Ctrl+A",), where=PANELS),
    ), (
        Action("search", _("Search"),
               lambda parts: parts.presentation.show_and(parts.top_bar.focus_search),
               keys=("Ctrl+F",)),
        Action("changes", _("History of changes…"), lambda parts: parts.dialogs.open_changes(),
               icon="history"),
    )), name="edit")  # fmt: skip


def _image() -> ActionMenu[WindowParts]:
    return ActionMenu(pgettext("menu", "Picture"), ((
        Action("open", _("Open in the loupe"),
               lambda parts: parts.window.gallery.activate_current(),
               keys=("Return", "Enter"), where=GALLERY, needs=ITEMS, icon="loupe"),
        Action("quick_look", _("Quick look"), lambda parts: parts.view_switch.toggle_loupe(),
               keys=("Space",), where=GALLERY, needs=PICTURES),
    ), (
        Action("edit", _("Edit this picture"), lambda parts: parts.handlers.edit(),
               keys=("Ctrl+E",), needs=PICTURES, icon="edit",
               counted=lambda n: ngettext(
                   "Edit {n} picture", "Edit {n} pictures separately", n).format(n=number(n))),
        Action("edit_both", _("Edit with both"), lambda parts: parts.handlers.edit_with_both(),
               keys=("Y",), where=PANELS, needs=TWO, icon="both"),
        Action("reference", _("Use as reference, with the last role"),
               lambda parts: parts.handlers.use_as_reference(),
               keys=("Shift+E",), where=PANELS, needs=PICTURES),
        *(_reference(role) for role in REFERENCE_ROLES),
    ), (
        Action("vary", _("Vary"), lambda parts: parts.handlers.vary(),
               keys=("V",), where=PANELS, needs=ONE, icon="vary"),
        Action("remix", _("Remix"), lambda parts: parts.handlers.remix(),
               keys=("R",), where=PANELS, needs=ONE, icon="remix"),
        Action("words_only", _("Try again, words only"),
               lambda parts: parts.handlers.words_only(), where=PANELS, needs=ONE),
    ), (
        Action("pick", _("Pick"), lambda parts: parts.pictures.pick(),
               keys=("P",), where=PANELS, needs=PICTURES, icon="flag",
               counted=lambda n: ngettext(
                   "Pick {n} picture", "Pick {n} pictures", n).format(n=number(n))),
        Action("reject", _("Reject"), lambda parts: parts.pictures.reject(),
               keys=("X",), where=PANELS, needs=PICTURES, icon="reject",
               counted=lambda n: ngettext(
                   "Reject {n} picture", "Reject {n} pictures", n).format(n=number(n))),
    ), (
        *(_rating(n) for n in (1, 2, 3, 4, 5, 0)),
    ), (
        Action("advance", _("Advance after stars, pick or reject"),
               lambda parts: parts.handlers.toggle_advance(),
               keys=("Shift+A",), where=PANELS, checked=True),
    ), (
        Action("rename", _("Rename"), lambda parts: parts.handlers.rename(),
               keys=("F2",), needs=ONE),
        Action("tag", _("Tags…"), lambda parts: parts.collections_controller.ask_tags(),
               keys=("Ctrl+T",), needs=PICTURES,
               counted=lambda n: ngettext(
                   "Tags of {n} picture…", "Tags of {n} pictures…", n).format(n=number(n))),
        Action("collect", _("Add to collection…"),
               lambda parts: parts.collections_controller.on_collect_wanted(),
               keys=("Ctrl+B",), needs=PICTURES, icon="folder",
               counted=lambda n: ngettext(
                   "Add {n} picture to collection…", "Add {n} pictures to collection…", n
               ).format(n=number(n))),
        Action("put_on_shelf", _("Put on the shelf"),
               lambda parts: parts.outgoing.get().tray.get().put_selected(),
               keys=("J",), where=PANELS, needs=PICTURES, icon="tray",
               counted=lambda n: ngettext(
                   "Put {n} picture on the shelf", "Put {n} pictures on the shelf", n
               ).format(n=number(n))),
        Action("collect_branch", _("New collection from this branch"),
               lambda parts: parts.collections_controller.collect_branch(), needs=ONE),
    ), (
        Action("stack", _("Stack pictures"), lambda parts: parts.stacks.stack(),
               keys=("Ctrl+G",), where=PANELS, needs=PICTURES, icon="images",
               counted=lambda n: ngettext(
                   "Stack {n} picture", "Stack {n} pictures", n).format(n=number(n))),
        Action("unstack", _("Unstack"), lambda parts: parts.stacks.unstack(),
               keys=("Ctrl+Shift+G",), where=PANELS, needs=STACK,
               counted=lambda n: ngettext(
                   "Unstack {n} picture", "Unstack {n} pictures", n).format(n=number(n))),
        Action("stack_cover", _("Set as cover of the stack"),
               lambda parts: parts.stacks.make_cover(), where=PANELS, needs=NO_COVER),
        Action("stack_reject_rest", _("Reject the rest of the stack"),
               lambda parts: parts.stacks.reject_rest(), where=PANELS, needs=STACK,
               counted=lambda n: ngettext(
                   "Reject the other {n} picture of the stack",
                   "Reject the other {n} pictures of the stack", n - 1).format(n=number(n - 1))),
        Action("stack_compare", _("Compare the pictures of the stack"),
               lambda parts: parts.stacks.compare(), where=PANELS, needs=STACK, icon="compare",
               counted=lambda n: ngettext(
                   "Compare {n} picture of the stack",
                   "Compare {n} pictures of the stack", min(n, MOST_COMPARED)
               ).format(n=number(min(n, MOST_COMPARED)))),
    ), (
        Action("before", _("Show original"), lambda parts: parts.handlers.show_before(),
               keys=("\\",), where=PANELS, needs=ONE),
    ), (
        Action("trash", _("Move to trash"), lambda parts: parts.pictures.trash(),
               keys=("Del",), where=PANELS, needs=ITEMS, icon="trash",
               counted=lambda n: ngettext(
                   "Move {n} picture to trash", "Move {n} pictures to trash", n
               ).format(n=number(n))),
        Action("restore", _("Restore from trash"), lambda parts: parts.pictures.restore(),
               needs=TRASHED,
               counted=lambda n: ngettext(
                   "Restore {n} picture from trash", "Restore {n} pictures from trash", n
               ).format(n=number(n))),
    )), name="picture")  # fmt: skip


def _view() -> ActionMenu[WindowParts]:
    return ActionMenu(pgettext("menu", "View"), ((
        Action("grid", _("Grid"), lambda parts: parts.view_switch.show_grid(),
               keys=("G",), where=PANELS, icon="grid"),
        Action("loupe", _("Loupe"), lambda parts: parts.view_switch.open_loupe(),
               keys=("L",), where=PANELS, needs=PICTURES, icon="loupe"),
        Action("compare", _("Compare"), lambda parts: parts.view_switch.open_compare(),
               keys=("C",), where=PANELS, needs=PICTURES, icon="compare",
               counted=lambda n: ngettext(
                   "Compare {n} picture", "Compare {n} pictures", n).format(n=number(n))),
        Action("mark", _("Mark and tell"),
               lambda parts: parts.loupe_modes.get().toggle(LoupeModeName.MARK),
               keys=("K",), where=PANELS, needs=ONE, icon="pin"),
        Action("only_here", _("Change only a part"),
               lambda parts: parts.loupe_modes.get().toggle(LoupeModeName.ONLY_HERE),
               keys=("O",), where=PANELS, needs=ONE, icon="brush"),
        Action("reframe", _("Reframe"),
               lambda parts: parts.loupe_modes.get().toggle(LoupeModeName.REFRAME),
               keys=("W",), where=PANELS, needs=ONE, icon="reframe"),
        Action("compare_parent", _("Compare with the original"),
               lambda parts: parts.view_switch.compare_with_parent(),
               keys=("D",), where=PANELS, needs=ONE),
        Action("tree", _("Family tree"), lambda parts: parts.view_switch.open_tree(),
               keys=("T",), where=PANELS, needs=ONE, icon="tree"),
        Action("pick_mode", _("Pick mode"), lambda parts: parts.pick_rounds.begin_round(),
               keys=("Shift+P",), where=PANELS, icon="flag"),
        Action("duel", _("Duel"), lambda parts: parts.duels.get().begin_duel(),
               keys=("Shift+D",), where=PANELS, icon="side-by-side"),
    ), (
        *(_stacks(by) for by in StackBy),
        Action("stack_toggle", _("Open or close the stack"),
               lambda parts: parts.stacks.toggle(), keys=("S",), where=GALLERY, needs=STACK,
               counted=lambda n: ngettext(
                   "Open or close the stack of {n} picture",
                   "Open or close the stack of {n} pictures", n).format(n=number(n))),
        Action("stack_toggle_all", _("Open or close all stacks"),
               lambda parts: parts.stacks.toggle_all(), keys=("Shift+S",), where=GALLERY),
    ), (
        Action("sidebar", _("Sidebar"), lambda parts: parts.handlers.toggle_sidebar(),
               keys=("F9",), checked=True, icon="panel-left"),
        Action("inspector", _("Inspector"), lambda parts: parts.handlers.toggle_inspector(),
               keys=("I",), where=PANELS, checked=True, icon="panel-right"),
        Action("shelf", _("Shelf"),
               lambda parts: parts.presentation.show_and(parts.outgoing.get().tray.get().toggle),
               keys=("Shift+J",), where=PANELS, checked=True, icon="tray"),
    ), (
        Action("captions", _("Captions"), lambda parts: parts.handlers.toggle_captions(),
               checked=True, icon="caption"),
        Action("hide_rejected", _("Hide rejected"), lambda parts: parts.handlers.toggle_rejected(),
               checked=True),
        *(_least(n) for n in (1, 2, 3, 4, 5, 0)),
    ), (
        Action("larger_tiles", _("Larger tiles"), lambda parts: parts.handlers.enlarge(),
               keys=("Ctrl++", "Ctrl+="), repeats=True),
        Action("smaller_tiles", _("Smaller tiles"), lambda parts: parts.handlers.reduce(),
               keys=("Ctrl+-",), repeats=True),
    ), (
        Action("what_is_sent", _("What is sent"), lambda parts: parts.composer.sent.toggle(),
               keys=("Ctrl+Shift+P",), checked=True, icon="eye"),
    ), (
        Action("go_to_date", _("Go to date…"), lambda parts: parts.dates.choose(),
               keys=("Ctrl+J",), icon="clock"),
        Action("full_screen", _("Full screen"),
               lambda parts: parts.presentation.toggle(),
               keys=("F11",), checked=True),
        Action("next_zone", _("Next zone"), lambda parts: parts.panel_layout.focus_next(),
               keys=("F6",)),
        Action("menu", _("Menu"), lambda parts: parts.panel_layout.open_menu(), keys=("F10",)),
    )), name="view")  # fmt: skip


def _library() -> ActionMenu[WindowParts]:
    return ActionMenu(pgettext("menu", "Library"), ((
        Action("all_images", _("All pictures"),
               lambda parts: parts.library_navigation.show_shelf(View.ALL), icon="images"),
        Action("this_session", _("This session"),
               lambda parts: parts.library_navigation.show_shelf(View.SESSION), icon="clock"),
        Action("picks", _("Picks"), lambda parts: parts.library_navigation.show_shelf(View.PICKS),
               icon="flag"),
        Action("failed", _("Failed"),
               lambda parts: parts.library_navigation.show_shelf(View.FAILED), icon="warning"),
        Action("trash_shelf", _("Trash"),
               lambda parts: parts.library_navigation.show_shelf(View.TRASH), icon="trash"),
    ), (
        Action("new_collection", _("New collection…"),
               lambda parts: parts.collections_controller.on_new(), icon="folder"),
        Action("save_search", _("Save this search…"),
               lambda parts: parts.collections_controller.on_save_search(), icon="smart-folder"),
        Action("history", _("Prompt history"), lambda parts: parts.composer.on_history_wanted(),
               icon="history"),
    ), (
        Action("pause_queue", _("Pause the queue"), lambda parts: parts.handlers.toggle_pause(),
               checked=True),
        Action("retry_failed", _("Try all failed again"),
               lambda parts: parts.failed_jobs.ask_or_retry()),
        Action("cancel_all", _("Cancel all jobs"), lambda parts: parts.handlers.cancel_all()),
        Action("dismiss_all", _("Dismiss all failed and cancelled"),
               lambda parts: parts.jobs_controller.dismiss_all(parts.window.model.jobs()),
               keys=("Ctrl+Shift+Del",), where=PANELS),
    ), (
        Action("open_library", _("Open another library…"),
               lambda parts: parts.library_commands.open_another()),
        Action("move_library", _("Move library…"), lambda parts: parts.library_commands.move()),
        Action("open_library_folder", _("Open library folder"),
               lambda parts: desktop_services.open_folder(parts.core.library.folder)),
        Action("check_library", _("Check all pictures…"),
               lambda parts: parts.dialogs.check_library()),
        Action("back_up", _("Back up everything…"), lambda parts: parts.dialogs.back_up()),
        Action("empty_trash", _("Empty trash…"), lambda parts: parts.library_commands.empty_trash(),
               icon="trash"),
    )), name="library")  # fmt: skip


def _help() -> ActionMenu[WindowParts]:
    return ActionMenu(pgettext("menu", "Help"), ((
        Action("palette", _("Command palette"), lambda parts: parts.dialogs.open_palette(),
               keys=("Ctrl+K",)),
        Action("shortcuts", _("All shortcuts"), lambda parts: parts.dialogs.open_shortcuts(),
               keys=("?",), where=PANELS, icon="help"),
        Action("change_shortcuts", _("Change shortcuts…"),
               lambda parts: parts.dialogs.change_shortcuts()),
    ), (
        Action("log_folder", _("Open log folder"),
               lambda parts: show_files([parts.core.paths.log_folder / "gridbrush.log"])),
        Action("about", _("About Gridbrush"), lambda parts: parts.dialogs.open_settings("about"),
               icon="info"),
    )), name="help")  # fmt: skip


def no_prompt(pictures: Sequence[Picture]) -> str:
    """Reason why no prompt can be copied; empty if one can."""
    if any(picture.source_prompt or picture.prompt for picture in pictures):
        return ""
    return ngettext("This picture has no prompt", "These pictures have no prompt", len(pictures))


def no_settings(pictures: Sequence[Picture]) -> str:
    """Reason why no settings can be copied; empty if they can."""
    if any(picture.prompt or picture.model or picture.settings for picture in pictures):
        return ""
    n = len(pictures)
    return ngettext("This picture has no settings", "These pictures have no settings", n)


def no_seed(pictures: Sequence[Picture]) -> str:
    """Reason why no seed can be copied; empty if one can."""
    if any(picture.seed is not None for picture in pictures):
        return ""
    n = len(pictures)
    return ngettext("The seed of this picture is unknown", "The seeds are unknown", n)


def _reference(role: Role) -> Action[WindowParts]:
    return Action(f"reference_{role.value}", use_text(role),
                  lambda parts: parts.handlers.use_as_reference(role),
                  where=PANELS, needs=PICTURES)  # fmt: skip


def _rating(n: int) -> Action[WindowParts]:
    text = ngettext("{n} star", "{n} stars", n).format(n=number(n)) if n else _("No stars")
    return Action(
        f"rate_{n}",
        text,
        lambda parts: parts.pictures.rate(n),
        keys=(str(n),),
        where=PANELS,
        needs=PICTURES,
    )


def _stacks(by: StackBy) -> Action[WindowParts]:
    return Action(
        f"stacks_{by.value}",
        stack_content.by_words(by),
        lambda parts: parts.view_options.on_stacks_chosen(by),
        where=PANELS,
        checked=True,
    )


def _least(n: int) -> Action[WindowParts]:
    if n:
        text = ngettext("Only {n} star or more", "Only {n} stars or more", n).format(n=number(n))
    else:
        text = _("All ratings")
    return Action(
        f"stars_{n}",
        text,
        lambda parts: parts.view_options.on_stars_chosen(n),
        keys=(f"Alt+{n}",),
        where=PANELS,
        checked=True,
    )
