"""Completion of search tokens: keys, and names of tags, collections, models and branches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    Qt,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit

from studio.domain.aspect_ratios import SEARCHED
from studio.library.index.search_language import KEYS, SIZES, STATES, parts
from studio.ui.panels.search_hints import SearchHintDelegate, SearchHintModel
from studio.ui.support.tasks import spawn
from studio.ui.widgets.popover import RoundedCorners

if TYPE_CHECKING:
    from studio.app.core import Core

_MOST = 40
_GAP = 4  # pixels between field and popup
_VALUES = {
    "rating": (">=4", ">=3", "5", "0"),
    "is": STATES,
    "size": (*SIZES, ">=2K"),
    "aspect": (*SEARCHED, "wide", "tall"),
    "before": ("today", "2026", "7d"),
    "after": ("today", "yesterday", "7d", "30d"),
    "on": ("today", "yesterday"),
    "cost": (">0.1", "unknown"),
    "drift": ("<5%", ">20%", "unknown"),
}


class SearchCompleter(QCompleter):
    """Offers completions of the last word; Enter or a click accepts one.

    Names of tags, collections, models and branches are read again whenever a token is started.
    """

    def __init__(self, core: Core, line: QLineEdit) -> None:
        super().__init__(line)
        self._core = core
        self._line = line
        self._typed = line.text()
        self._names: dict[str, tuple[str, ...]] = {}
        self._offered = SearchHintModel(self)
        self.setModel(self._offered)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        # Not the unfiltered mode, in which Enter accepts the first offer even if none is marked.
        self.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.setMaxVisibleItems(12)
        offered = self.popup()
        assert offered is not None
        offered.setProperty("zone", "offers")
        offered.setItemDelegate(SearchHintDelegate(offered))
        self._ground = RoundedCorners(offered)
        line.textEdited.connect(self.on_edited)
        line.setCompleter(self)
        # Queued, because the line sets its text again after this signal.
        self.activated.connect(self.on_taken, Qt.ConnectionType.QueuedConnection)

    def offers(self, text: str) -> list[str]:
        """Completions of the last part of the text; empty outside a token."""
        part = self._last(text)
        sign = "-" if part.startswith("-") else ""
        key, colon, value = part.removeprefix("-").partition(":")
        if not colon:
            begun = key.casefold()
            found = [f"{sign}{one}:" for one in KEYS if begun and one.startswith(begun)]
            return found if len(begun) < len(next(iter(found), "")) else []
        names = self._names.get(key.casefold(), _VALUES.get(key.casefold(), ()))
        begun = value.strip('"').casefold()
        return [
            f"{sign}{key}:{_quoted(name)}"
            for name in names
            if begun in name.casefold() and begun != name.casefold()
        ][:_MOST]

    def on_edited(self, text: str) -> None:
        """Offer completions of the typed text."""
        self._typed = text
        self._offered.setStringList(self.offers(text))
        key = self._last(text).removeprefix("-").casefold()
        if key in ("tag:", "in:", "model:", "branch:"):
            spawn(self._read())

    def on_taken(self, _words: object) -> None:
        """Treat an accepted offer like typed text, and offer its continuation."""
        self._line.textEdited.emit(self._line.text())
        self._go_on()

    async def _read(self) -> None:
        collections = self._core.library.collections
        self._names = {
            "tag": tuple(name for name, _n in await collections.tags()),
            "in": tuple(one.name for one in await collections.every()),
            "model": tuple(await collections.models()),
            "branch": tuple(await self._core.library.choosing.branches()),
        }
        self._go_on()

    def _go_on(self) -> None:
        """Offer continuations without a keystroke."""
        if self._line.hasFocus() and (offered := self.offers(self._line.text())):
            self._offered.setStringList(offered)
            self.complete()

    def _accept_offer(self) -> None:
        """Accept the marked offer, or the first one."""
        offered = self.popup()
        assert offered is not None
        marked = offered.currentIndex()
        index = marked if marked.isValid() else self.completionModel().index(0, 0)
        offered.hide()
        if index.isValid():
            self._line.setText(self.pathFromIndex(index))
            self.on_taken(None)

    def _place(self) -> None:
        """Place the popup below the field's frame; Qt would cover the lower edge."""
        offered, frame = self.popup(), self._line.parentWidget()
        if offered is None or frame is None:
            return
        wanted = frame.mapToGlobal(frame.rect().bottomLeft()) + QPoint(0, _GAP)
        if offered.pos() != wanted:
            offered.move(wanted)
        if offered.width() != frame.width():
            offered.setFixedWidth(frame.width())

    @staticmethod
    def _last(text: str) -> str:
        return "" if text.endswith(" ") else next(iter(parts(text)[-1:]), "")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        offered = self.popup()
        if event.type() in (QEvent.Type.Show, QEvent.Type.Move) and watched is offered:
            self._place()
        elif isinstance(event, QKeyEvent) and watched is offered and _is_tab(event):
            # Qt would pass it to the line edit, which would move the focus to the next field.
            if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
                self._accept_offer()
            return True
        return super().eventFilter(watched, event)

    def pathFromIndex(self, index: QModelIndex | QPersistentModelIndex) -> str:
        # The typed text: while the arrows move through the offers, the line shows the marked one.
        text = self._typed
        chosen = super().pathFromIndex(index)
        kept = text.removesuffix(self._last(text))
        return kept + chosen + ("" if chosen.endswith(":") else " ")

    def splitPath(self, _path: str) -> list[str]:
        # The offers are already filtered; Qt must not filter them again.
        return [""]


def _is_tab(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Tab and not event.modifiers()


def _quoted(name: str) -> str:
    return f'"{name}"' if any(sign in name for sign in ' ,"') else name
