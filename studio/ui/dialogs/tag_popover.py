"""Tags and collections for what is selected: one line to write them in, known names are offered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCompleter

from studio.common.i18n import _, ngettext
from studio.domain.entities import Picture
from studio.ui.dialogs import name_popover

if TYPE_CHECKING:
    from studio.ui.dialogs.name_popover import Naming
    from studio.ui.window.main_window import StudioWindow


async def tag(window: StudioWindow) -> None:
    """Ask which tags the selected pictures have; those that not all have stay as they are."""
    pictures = await window.selection.pictures()
    if not pictures:
        return
    known = [name for name, _n in await window.core.library.collections.tags()]
    shared = _shared(pictures)
    n = len(pictures)
    title = ngettext(
        "Tags of {n} picture, with commas between them",
        "Tags all of {n} pictures have, with commas between them",
        n,
    ).format(n=f"{n:,}")
    asked = _ask(window, title, _("Set"), known, text=", ".join(shared))

    async def take(text: str) -> str:
        wanted = [" ".join(one.split()) for one in text.split(",")]
        remove = [one for one in shared if one not in wanted]
        ids = [picture.id for picture in pictures]
        return await window.core.library.tag(ids, add=wanted, remove=remove)

    window.shelving.take_from(asked, take)


async def collect(window: StudioWindow, given: Sequence[str] = ()) -> None:
    """Ask into which collection pictures go: these ids, else what is selected.

    A new name makes one.
    """
    ids = list(given) or await window.selection.ids()
    if not ids:
        return
    collections = window.core.library.collections
    known = [one.name for one in await collections.every() if not one.search]
    n = len(ids)
    title = ngettext(
        "Put {n} picture into the collection", "Put {n} pictures into the collection", n
    )
    asked = _ask(window, title.format(n=f"{n:,}"), _("Put in"), known, empty=False)
    asked.field.setPlaceholderText(_("Its name; a new name makes one"))

    async def take(name: str) -> str:
        return await collections.collect(ids, name)

    window.shelving.take_from(asked, take)


def _shared(pictures: Sequence[Picture]) -> list[str]:
    every = [set(picture.tags) for picture in pictures]
    return [one for one in pictures[0].tags if all(one in tags for tags in every)]


def _ask(
    window: StudioWindow,
    title: str,
    button: str,
    known: Sequence[str],
    *,
    text: str = "",
    empty: bool = True,
) -> Naming:
    view = window.views
    asked = name_popover.Naming(title, button, view, name=text, empty=empty)
    asked.setFixedWidth(420)
    asked.adjustSize()
    completer = LastWord(list(known), asked)
    offered = completer.popup()
    assert offered is not None
    offered.setProperty("zone", "offers")
    asked.field.setCompleter(completer)
    asked.open_at(view.mapTo(window, QPoint((view.width() - 420) // 2, 24)), asked.field)
    return asked


class LastWord(QCompleter):
    """Offers names for what stands after the last comma."""

    def __init__(self, names: Sequence[str], parent: Naming) -> None:
        super().__init__(list(names), parent)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setFilterMode(Qt.MatchFlag.MatchContains)

    def pathFromIndex(self, index: object) -> str:
        found = super().pathFromIndex(index)  # type: ignore[arg-type]
        widget = self.widget()
        written = widget.property("text") if widget is not None else ""
        before, comma, _last = str(written or "").rpartition(",")
        return f"{before}{comma} {found}" if comma else found

    def splitPath(self, path: str) -> list[str]:
        return [path.rpartition(",")[2].strip()]
