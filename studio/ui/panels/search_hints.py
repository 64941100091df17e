"""Explanations beside the completions of the search field."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QStringListModel, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from studio.common import i18n
from studio.common.display_text import one_line
from studio.common.i18n import _, pgettext
from studio.ui.style.theme import theme

WORDS = Qt.ItemDataRole.UserRole
"""Item data role of the explanation."""

_SIDE = 12  # pixels between explanation and list edge
_BETWEEN = 16  # pixels between offer and explanation


def meaning(offer: str) -> str:
    """Text for a completion: "4 stars or more" for `rating:>=4`; empty if self-explanatory."""
    without = offer.startswith("-")
    key, _colon, value = offer.removeprefix("-").partition(":")
    words = _values().get((key, value), "") if value else _keys().get(key, "")
    return _("not: {words}").format(words=words) if without and words else words


def _keys() -> dict[str, str]:
    return {
        "rating": _("stars"),
        "cost": _("cost"),
        "size": _("pixels"),
        "aspect": _("aspect ratio"),
        "is": _("state"),
        "before": _("created before a date"),
        "after": _("created on or after a date"),
        "on": _("created on a date"),
        "model": _("model"),
        "tag": _("tag"),
        "in": _("collection"),
        "ref": _("derived from this picture"),
        "branch": _("branch of a family"),
        "drift": _("share of changed pixels"),
    }


def _values() -> dict[tuple[str, str], str]:
    return {
        ("rating", ">=4"): _("4 stars or more"),
        ("rating", ">=3"): _("3 stars or more"),
        ("rating", "5"): _("5 stars"),
        ("rating", "0"): _("no stars"),
        ("is", "picked"): pgettext("pictures found", "picked"),
        ("is", "rejected"): pgettext("pictures found", "rejected"),
        ("is", "rated"): pgettext("pictures found", "rated"),
        ("is", "failed"): _("no picture received"),
        ("is", "cancelled"): pgettext("pictures found", "cancelled"),
        ("is", "draft"): pgettext("pictures found", "drafts"),
        ("is", "late"): _("arrived later than expected"),
        ("is", "unseen"): _("not viewed yet"),
        ("is", "edited"): _("edited from another picture"),
        ("is", "imported"): pgettext("pictures found", "imported"),
        ("is", "offline"): _("offline sketches"),
        ("is", "missing"): pgettext("pictures found", "file missing"),
        ("is", "answer"): _("model answers that pictures were made from"),
        ("size", ">=2K"): _("2K or larger"),
        ("aspect", "wide"): _("wider than tall"),
        ("aspect", "tall"): _("taller than wide"),
        ("before", "7d"): _("more than 7 days ago"),
        ("before", "today"): _("until yesterday"),
        ("after", "7d"): _("in the last 7 days"),
        ("after", "30d"): _("in the last 30 days"),
        ("after", "today"): _("created today"),
        ("after", "yesterday"): _("since yesterday"),
        ("cost", ">0.1"): _("more than {price}").format(price=i18n.dollars(0.1)),
        ("cost", "unknown"): _("price unknown"),
        ("drift", "<5%"): _("less than 5 % of pixels changed"),
        ("drift", ">20%"): _("more than 20 % of pixels changed"),
        ("drift", "unknown"): _("edited, not measured yet"),
    }


class SearchHintModel(QStringListModel):
    """Completions with their explanations; both are in the accessible text."""

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if role in (WORDS, Qt.ItemDataRole.AccessibleTextRole):
            offer = str(super().data(index, Qt.ItemDataRole.DisplayRole))
            words = meaning(offer)
            if role == WORDS:
                return words
            return f"{offer}, {words}" if words else offer
        return super().data(index, role)


class SearchHintDelegate(QStyledItemDelegate):
    """Draws the completion at the left, its explanation at the right if both fit."""

    def displayText(self, value: object, _locale: object) -> str:
        return one_line(str(value))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        words = str(index.data(WORDS) or "")
        look = theme()
        font = look.font("small")
        offer = QFontMetrics(option.font).horizontalAdvance(str(index.data()))
        room = option.rect.width() - offer - 2 * _SIDE - _BETWEEN
        metrics = QFontMetrics(font)
        if not words or metrics.horizontalAdvance(words) > room:
            return
        painter.save()
        painter.setFont(font)
        painter.setPen(look.color("text3"))
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(option.rect.adjusted(_SIDE, 0, -_SIDE, 0), middle, words)
        painter.restore()
