"""Every word of the window goes through the catalogue, and longer languages still fit.

A pseudo-locale stands in for a language: it puts each message in brackets and makes it 40 % longer,
as German or Finnish would. What is read without brackets was forgotten; what does not fit is cut.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import gettext
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QWidget,
)

from studio.app.export.plan import ExportItem, PlannedCopy
from studio.common import i18n
from studio.common.errors import LibraryLocked
from studio.common.i18n import _
from studio.domain import prompt_variants, runs
from studio.domain.drafts import Draft
from studio.domain.entities import Advanced
from studio.domain.export import BUILT_IN
from studio.library.operations.trash import TrashContents
from studio.library.query import View
from studio.ui.dialogs.command_palette import CommandPalette
from studio.ui.dialogs.confirmations import ForgetPromptDialog, OverwriteDialog
from studio.ui.dialogs.date_popover import DatePopover
from studio.ui.dialogs.empty_trash import EmptyTrashDialog
from studio.ui.dialogs.export.conflict_question import ConflictQuestion
from studio.ui.dialogs.export.dialog import ExportDialog
from studio.ui.dialogs.handouts.dialog import HandoutDialog
from studio.ui.dialogs.handouts.page_dialog import PageDialog
from studio.ui.dialogs.handouts.sheet_dialog import SheetDialog
from studio.ui.dialogs.history import HistoryDialog
from studio.ui.dialogs.import_pictures import ImportDialog
from studio.ui.dialogs.maintenance import TextDialog
from studio.ui.dialogs.name_popover import NamePopover
from studio.ui.dialogs.question import ProgressDialog, Question
from studio.ui.dialogs.quit import QuitDialog
from studio.ui.dialogs.relocate_library import RelocateDialog
from studio.ui.dialogs.settings import SettingsDialog
from studio.ui.dialogs.shortcut_editor import ShortcutEditor
from studio.ui.dialogs.shortcuts_sheet import ShortcutsSheet
from studio.ui.dialogs.start_error import StartErrorDialog
from studio.ui.panels.composer.advanced_panel import AdvancedPanel
from studio.ui.panels.composer.aspect_picker import AspectPanel
from studio.ui.panels.composer.prompt_history import HistoryPopup
from studio.ui.panels.composer.sentence_popover import SentencePopover
from studio.ui.panels.sidebar.rail import RailList
from studio.ui.panels.sidebar.sidebar_model import SidebarModel
from studio.ui.panels.status_bar.queue_popover import QueuePopover
from studio.ui.panels.status_bar.recipe_popover import RecipeChoice, RecipePopover
from studio.ui.widgets.popover import Popover
from tests.source_files import nodes, parsed, texts_with
from tests.ui import scripted_library
from tests.ui.clipping import clipped, in_sight
from tests.ui.windows import OpenedWindow, make, opened, until

LAYOUT_HANG = 60.0
"""Seconds after which a layout counts as at rest; a limit, never a wait."""

OPEN, CLOSE = "⟦", "⟧"

KNOWN = re.compile(
    r"""
    [\W\d_]*                              # figures, signs and prices
    |(January|February|March|April|May|June|July|August|September|October|November|December)[\W\d_]*
    |(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[\W\d_]*  # Qt's own, as the whole names
    |Gridbrush|English|DGrid|Google|(sketch|gemini)[\w.-]*  # names
    |[\w\ ,.]+\ \(.*                        # libraries with their licences
    |\d+\s[A-Z]{2}|[1248]K               # units
    |PNG|JPEG|WebP|AVIF|TIFF|PDF|A[34]    # kinds of files, and paper
    |[A-Z]?Ctrl.*|Pg(Up|Down)|Alt.*|Shift.*|F\d+|\\|[A-Z?]  # keys
    |(Left|Right|Up|Down|Enter|Return|Del|Space|Esc|Home|End|Page\ \w+|,\ )+
    |(Lighthouse|dusk|dawn).*             # the prompt of these tests
    |v1|v1beta1?|https?:.*|.*\.ai|/.*|~.*             # addresses and folders
    |\#[0-9a-f]{6}
    """,
    re.VERBOSE,
)
"""What is no message: figures, names, keys, and what the user wrote."""


class Pseudo(gettext.NullTranslations):
    """A language that is easy to recognise and long."""

    def gettext(self, message: str) -> str:
        return _pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return _pseudo(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return _pseudo(message)


def _pseudo(message: str) -> str:
    """Longer by 40 %, in words of six letters, so that lines break where they may."""
    more = "~" * (len(message) * 2 // 5)
    words_more = " ".join(more[at : at + 6] for at in range(0, len(more), 6))
    gap = " " if len(message) > 15 else ""
    return f"{OPEN}{message}{gap}{words_more}{CLOSE}"


@pytest.fixture(autouse=True)
def pseudo() -> Iterator[None]:
    i18n.use(Pseudo())
    yield
    i18n.use(gettext.NullTranslations())


def texts(widget: QWidget) -> Iterator[str]:
    """What a user reads of a widget, by eye, by pointer or by screen reader."""
    if isinstance(widget, (QLabel, QAbstractButton)):
        yield re.sub(r"<[^>]+>", "", widget.text())
    if isinstance(widget, QLineEdit):
        yield widget.placeholderText()
    if isinstance(widget, QComboBox):
        yield from (widget.itemText(n) for n in range(widget.count()))
    yield re.sub(r"<[^>]+>", "", widget.toolTip())
    yield widget.accessibleName()
    yield widget.accessibleDescription()


def forgotten(root: QWidget) -> set[str]:
    """Texts that did not come from the catalogue."""
    found = set()
    for widget in in_sight(root):
        for text in texts(widget):
            for line in text.split("\n"):
                bare = line
                while OPEN in bare and CLOSE in bare:
                    # From the inside out: a message may hold another.
                    bare, count = re.subn(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", "", bare)
                    if not count:
                        break
                bare = bare.strip("()·,.:;≈×–“” ")
                if bare and not KNOWN.fullmatch(bare):
                    found.add(line)
    return found


def cut(root: QWidget) -> set[str]:
    """Messages that have less room than they need and no ellipsis to say so."""
    return clipped(root, lambda text: OPEN in text)


async def fits(window: OpenedWindow, root: QWidget) -> None:
    """Nothing is cut once the layouts have come to rest."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LAYOUT_HANG):
            await until(window.core, lambda: not cut(root), "layout")
    assert cut(root) == set()


async def fill(window: OpenedWindow) -> None:
    """Pictures, a refused job and one that is running, as a working day has them."""
    await make(window, "Lighthouse", count=2)
    core = window.core
    for name in ("sketch-refuses", "sketch-words"):
        model = core.catalogue.find("sketch", name)
        draft = Draft(prompt="Lighthouse", model=name, size="512")
        await core.submit(runs.plan(draft, model, prompt_variants.expand(draft.prompt)))
    await core.queue.idle()
    await until(core, lambda: window.library_view.counts.failed == 2, "failed")


@pytest.mark.parametrize("width", [1440, 1024])
async def test_nothing_in_the_window_was_forgotten_or_is_cut(tmp_path: Path, width: int) -> None:
    async with opened(tmp_path, width=width) as window:
        await until(window.core, window.welcome.isVisible, "first page")
        assert forgotten(window) == set()
        await fits(window, window)
        await fill(window)
        window.zones.open_inspector(True)
        window.gallery.select_keys([window.library_view.order[0]])
        await until(window.core, window.actions_of.every["rate_4"].isEnabled, "selected")
        QApplication.sendPostedEvents()
        assert forgotten(window) == set()
        await fits(window, window)


async def test_a_failed_job_in_the_inspector_speaks_the_language_too(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await fill(window)
        for job in list(window.core.queue.jobs.values()):
            window.inspector.show_job(job)
            QApplication.sendPostedEvents()
            assert forgotten(window.inspector) == set()
            await fits(window, window.inspector)


async def test_the_loupe_speaks_the_language_too(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window, "Lighthouse", count=2)
        picture = window.model.picture_at(0)
        await until(window.core, lambda: window.model.picture_at(0) is not None, "read")
        picture = window.model.picture_at(0)
        assert picture is not None
        window.view_switch.open_loupe(picture)
        QApplication.sendPostedEvents()
        assert forgotten(window.loupe) == set()
        await fits(window, window.loupe)


UI = Path(__file__).resolve().parents[3] / "studio" / "ui"

BASES = {"QDialog", "Question", "Popover", "OutgoingDialog", "HandoutDialog"}
FRAMES = {"AspectPanel", "HistoryPopup"}
"""Frames that open like popovers."""

PICTURE = "Lighthouse"
FOLDER = Path("/tmp/Lighthouse")


def _settings(window: OpenedWindow) -> QWidget:
    dialog = SettingsDialog(window.core, window)
    dialog.keys.on_add()
    dialog.keys.ask_for_key("dgrid")
    return dialog


def _advanced(window: OpenedWindow) -> QWidget:
    panel = AdvancedPanel(window)
    model = window.core.catalogue.find("google", "gemini-3.1-flash-image")
    panel.show_choices(Advanced(), model, "")
    return panel


def _aspects(window: OpenedWindow) -> QWidget:
    return AspectPanel({"match": None, "16:9": (1024, 576)}, "16:9", window)


def _queue(window: OpenedWindow) -> QWidget:
    popover = QueuePopover(window)
    popover.show_jobs(list(window.core.queue.jobs.values()))
    popover.show_state(paused=True, failed=2)
    return popover


def _tags(window: OpenedWindow) -> QWidget:
    return NamePopover(_("Tags of {n} picture, comma-separated"), _("Apply"), window, empty=True)


def _start_error(window: OpenedWindow) -> QWidget:
    error = LibraryLocked(_("The library is already open"))
    error.elsewhere = True
    return StartErrorDialog(error, window)


def _copy() -> PlannedCopy:
    picture = scripted_library.picture(1, title=PICTURE)
    item = ExportItem(picture=picture)
    name = f"{PICTURE}.png"
    return PlannedCopy(item=item, name=name, wanted=name, width=90, height=60)


def _export(window: OpenedWindow) -> QWidget:
    dialog = ExportDialog(window.core.library, window)
    preset = BUILT_IN[0]
    dialog.form.show_preset(preset, locked=False)
    dialog.presets.show_presets(BUILT_IN, preset.id)
    dialog.show_scope("all", selected=2, every=4, place=PICTURE)
    return dialog


def _handout(dialog: HandoutDialog) -> QWidget:
    dialog.show_scope("all", selected=0, every=30, place=PICTURE)
    return dialog


def _recipes(window: OpenedWindow) -> QWidget:
    popover = RecipePopover(window, "Ctrl+D")
    popover.show_recipes(
        [RecipeChoice("", _("Same as everywhere else"), _("Original"), chosen=True)]
    )
    return popover


OVERLAYS: dict[str, Callable[[OpenedWindow], QWidget]] = {
    "SettingsDialog": _settings,
    "ShortcutsSheet": lambda window: ShortcutsSheet(window.actions_of, window),
    "ShortcutEditor": lambda window: ShortcutEditor(
        window.core, window.actions_of, window.messages_controller, window
    ),
    "QuitDialog": lambda window: QuitDialog(list(window.core.queue.jobs.values()), window),
    "HistoryDialog": lambda window: HistoryDialog(window.core, window),
    "TextDialog": lambda window: TextDialog(_("Logs"), _("Logs"), "", window),
    "OverwriteDialog": lambda window: OverwriteDialog([f"{PICTURE}.png"] * 9, FOLDER, window),
    "ImportDialog": lambda window: ImportDialog([FOLDER / f"{PICTURE}.png"] * 9, (), window),
    "ProgressDialog": lambda window: ProgressDialog(_("Backing up"), _("Moving"), window),
    "EmptyTrashDialog": lambda window: EmptyTrashDialog(
        TrashContents(ids=("a", "b"), bytes=3), window, into_system_trash=False
    ),
    "StartErrorDialog": _start_error,
    "RelocateDialog": lambda window: RelocateDialog(
        _("Move library"), (), _("Move library"), _("Keep it there"), window
    ),
    "ForgetPromptDialog": lambda window: ForgetPromptDialog(window.core.library, PICTURE, window),
    "CommandPalette": lambda window: CommandPalette(
        window.actions_of, window.core.library.prompts, window
    ),
    "DatePopover": lambda window: DatePopover(1.7e9, 1.8e9, window),
    "NamePopover": _tags,
    "AdvancedPanel": _advanced,
    "SentencePopover": lambda window: SentencePopover(PICTURE, window),
    "AspectPanel": _aspects,
    "HistoryPopup": lambda window: HistoryPopup(window.core.library.prompts, window),
    "QueuePopover": _queue,
    "ExportDialog": _export,
    "ConflictQuestion": lambda window: ConflictQuestion(_copy(), window),
    "SheetDialog": lambda window: _handout(SheetDialog(window)),
    "PageDialog": lambda window: _handout(PageDialog(window)),
    "RecipePopover": _recipes,
    "RailList": lambda window: RailList(SidebarModel(window), window, searches=True),
}
"""Everything that opens over the window, with words as a working day has them."""


def test_everything_that_opens_over_the_window_is_read_here() -> None:
    kinds = {
        node.name
        for _file, source in texts_with(*BASES, folder=UI)
        for node in nodes(parsed(source))
        if isinstance(node, ast.ClassDef)
        if BASES & {getattr(base, "id", "") for base in node.bases}
    }
    assert kinds - BASES | FRAMES == OVERLAYS.keys()


async def test_what_lies_over_the_window_speaks_the_language_too(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await fill(window)
        window.core.queue.pause()
        model = window.core.catalogue.find("sketch", "sketch")
        draft = Draft(prompt=PICTURE, model="sketch", size="512")
        await window.core.submit(runs.plan(draft, model, prompt_variants.expand(PICTURE)))
        english: dict[str, set[str]] = {}
        for name, build in OVERLAYS.items():
            overlay = build(window)
            assert type(overlay).__name__ == name
            if isinstance(overlay, Popover):
                # It closes when the keyboard leaves it, so nothing is awaited here.
                overlay.adjustSize()
                overlay.open_at(QPoint(), None)
                QApplication.sendPostedEvents()
            else:
                overlay.show()
                QApplication.sendPostedEvents()
                await fits(window, overlay)
            english[name] = forgotten(overlay)
            overlay.close()
        assert not any(english.values()), english


def test_a_dialog_with_an_english_word_is_found(dressed: None) -> None:
    dialog = Question(_("Logs"), ("Never translated.",))
    dialog.show()
    assert forgotten(dialog) == {"Never translated."}
    dialog.close()


async def test_a_first_page_speaks_the_language_too(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        window.show_shelf(View.ALL)
        await until(window.core, window.welcome.isVisible, "first page")
        assert forgotten(window.welcome) == set()
        await fits(window, window.welcome)
        await make(window, PICTURE)
        page, told = window.nothing, set()
        # The last one leaves a search.
        for view in (View.PICKS, View.FAILED, View.TRASH, View.SESSION):
            window.show_shelf(View.ALL)
            await until(window.core, page.isHidden, "pictures")
            window.show_shelf(view)
            if view is View.SESSION:
                window.library_view.show(words=PICTURE * 2)
            await until(window.core, page.isVisible, view)
            assert forgotten(page) == set(), view
            await fits(window, page)
            told.add(tuple(label.text() for label in page.findChildren(QLabel)))
        assert len(told) == 4, "each view has words of its own"
