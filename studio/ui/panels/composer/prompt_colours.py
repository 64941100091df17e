"""Colours of variants, comments and lone braces in the prompt."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument

from studio.domain.prompt_variants import parse
from studio.ui.style.theme import theme

_PLAIN = frozenset("{|}\\#")
"""A prompt without any of these characters has no colours."""

Span = tuple[int, int, str]  # first and last + 1 in UTF-16 units, kind


class PromptColours(QSyntaxHighlighter):
    """Colours the prompt during typing.

    A group may span several lines, so the whole prompt is parsed once per text and every line takes
    its spans from that. Lines whose colours change because of another line are coloured again.
    """

    # Class attributes, because Qt highlights as soon as there is a document, before `__init__`
    # ends.
    _text: str | None = None
    _spans: tuple[Span, ...] = ()

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)

    def refresh(self) -> None:
        """Recolour everything after a change of theme."""
        self._text = None
        self.rehighlight()

    def highlightBlock(self, _line: str) -> None:
        document = self.document()
        text = document.toPlainText()
        block = self.currentBlock()
        if text != self._text:
            self._text = text
            self._spans = tuple(spans(text))
        start, length = block.position(), block.length() - 1
        inside = [
            (max(first - start, 0), min(last - start, length), kind)
            for first, last, kind in self._spans
            if first < start + length and last > start
        ]
        for first, last, kind in inside:
            if kind == "warning":
                for at in range(first, last):
                    self.setFormat(at, 1, _underlined(self.format(at)))
            else:
                self.setFormat(first, last - first, _char_format(kind))
        # A different state makes Qt highlight the next line too, since groups span lines.
        self.setCurrentBlockState(hash(self._spans) & 0x7FFFFFFF)


def spans(text: str) -> Iterator[Span]:
    """Spans to colour, later ones over earlier ones; positions in UTF-16 units."""
    if _PLAIN.isdisjoint(text):
        return
    parsed = parse(text)
    at = _Units(text)
    for group in parsed.groups:
        yield at(group.start), at(group.end), "group"
    for group in parsed.groups:
        for bar in group.separators:
            yield at(bar), at(bar + 1), "bar"
    for span in parsed.comments:
        yield at(span.start), at(span.end), "comment"
    for span in parsed.warnings:
        yield at(span.start), at(max(span.end, span.start + 1)), "warning"


class _Units:
    """Converts a character index to an index in UTF-16 units, as used by Qt."""

    __slots__ = ("_wide",)

    def __init__(self, text: str) -> None:
        self._wide = [] if text.isascii() else [i for i, c in enumerate(text) if ord(c) > 0xFFFF]

    def __call__(self, place: int) -> int:
        return place + sum(1 for i in self._wide if i < place)


def _char_format(kind: str) -> QTextCharFormat:
    look, made = theme(), QTextCharFormat()
    if kind == "comment":
        made.setForeground(look.color("text3"))
        return made
    made.setBackground(look.color("tint"))
    made.setForeground(look.color("ink" if kind == "group" else "text3"))
    return made


def _underlined(before: QTextCharFormat) -> QTextCharFormat:
    made = QTextCharFormat(before)
    made.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
    made.setUnderlineColor(theme().color("warn"))
    return made
