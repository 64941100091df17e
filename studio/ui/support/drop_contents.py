"""What another program offers in a drop or on the clipboard, read as addresses and as text.

Other programs write addresses in many ways: with and without a host, escaped or not, in bytes that
are no UTF-8, as a picture that is an address itself, in a list, in a page or as plain text. What
is found here is a path, a picture, a link, or a sentence that says why it is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData

from studio.common import user_input
from studio.common.errors import InputError
from studio.common.i18n import _

URIS = "text/uri-list"
GNOME_FILES = "x-special/gnome-copied-files"

_SOURCE = re.compile(r"""[\s"']src\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_IMG = re.compile(r"<img\b", re.IGNORECASE)
_TAG = re.compile(r"""<[^"'>]*(?:(?:"[^"]*"|'[^']*')[^"'>]*)*>""")
_UNSEEN = ("style", "script", "title")
"""What is in these is not seen on a page."""

_WEB = ("http:", "https:", "blob:")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFiles:
    """What addresses name.

    Attributes:
        data: pictures that are written as addresses.
        links: addresses of pictures elsewhere.
        troubles: one for each that cannot be used.
    """

    paths: tuple[Path, ...] = ()
    data: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    troubles: tuple[user_input.Unusable, ...] = ()


def addresses(mime: QMimeData) -> list[str]:
    """The addresses that are offered, as they were written; bytes that are no text included."""
    if mime.hasFormat(URIS):
        lines = _lines(mime, URIS)
    elif mime.hasFormat(GNOME_FILES):
        # The first line says whether they were copied or cut.
        lines = _lines(mime, GNOME_FILES)[1:]
    else:
        return []
    return [line for line in lines if not line.startswith("#")]


def _lines(mime: QMimeData, kind: str) -> list[str]:
    text = bytes(mime.data(kind).data()).decode("utf-8", "surrogateescape")
    return [line for each in text.replace("\0", "\n").split("\n") if (line := each.strip())]


def is_from_here(address: str) -> bool:
    """Whether an address is more than a link: a file, a picture, or a place files come from."""
    return not address.casefold().startswith(_WEB) and (
        address.startswith("/") or user_input.is_address(address)
    )


def named(lines: Sequence[str]) -> NamedFiles:
    """What the addresses name."""
    paths: list[Path] = []
    data: list[str] = []
    links: list[str] = []
    troubles: list[user_input.Unusable] = []
    for line in lines:
        if user_input.is_data(line):
            data.append(line)
        elif line.casefold().startswith(_WEB):
            links.append(user_input.valid(line))
        elif is_from_here(line):
            try:
                # A drop looks at no disk: one of a network may be away.
                address = f"file://{line}" if line.startswith("/") else line
                paths.append(user_input.path_of(address, look=False))
            except user_input.Unusable as error:
                troubles.append(error)
    return NamedFiles(
        paths=tuple(paths), data=tuple(data), links=tuple(links), troubles=tuple(troubles)
    )


def pictures_written(mime: QMimeData) -> list[str]:
    """Addresses in a page or a text that is nothing else: a picture, or files.

    A page with words has its pictures beside them, and is words.
    """
    if (
        mime.hasHtml()
        and "data:image/" in (page := mime.html())
        and len(page) <= user_input.MOST_DATA
    ):
        found = _sources(page)
        if found:
            return found
    if not mime.hasText():
        return []
    text = mime.text().strip()
    if user_input.is_data(text):
        return ["".join(text.split())]
    if text[:5].casefold() == "file:":
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if all(line[:5].casefold() == "file:" for line in lines):
            return lines
    return []


def _sources(page: str) -> list[str]:
    """The pictures in a page that are addresses themselves; none where it has words too."""
    # 0.3 MB of names of signs, for a drag from a browser.
    import html

    found: list[str] = []
    for words, tag in _pieces(page):
        if html.unescape(words).strip():
            return []
        if tag[:3].casefold() == "img" and (source := _SOURCE.search(tag)):
            address = html.unescape(source[1] or source[2] or source[3] or "").strip()
            if user_input.is_data(address):
                found.append(address)
    return found


def _pieces(page: str) -> Iterator[tuple[str, str]]:
    """The words before each tag, and the tag; each sign is looked at once."""
    at = 0
    while (start := page.find("<", at)) >= 0:
        words = page[at:start]
        if page.startswith("<!--", start):
            end = page.find("-->", start) + 3
        elif _IMG.match(page, start):
            whole = _TAG.match(page, start)
            end = whole.end() if whole else 0
        else:
            end = page.find(">", start) + 1
        if end <= start:
            # It is cut: nothing after it means anything.
            return
        tag = page[start + 1 : end - 1]
        at = end
        yield words, tag
        name = tag[:8].strip().casefold()
        for unseen in _UNSEEN:
            if name.startswith(unseen):
                closing = page.find("</", at)
                if closing < 0:
                    return
                at = closing
    yield page[at:], ""


def text_in(mime: QMimeData) -> str:
    """The text that is offered, valid. Raises InputError where its bytes are no text."""
    text = mime.text()
    if "\N{REPLACEMENT CHARACTER}" in text:
        raw = bytes(mime.data("text/plain").data())
        try:
            return user_input.decoded(raw) if raw else text
        except user_input.NotText as error:
            raise InputError(
                _("The text cannot be pasted"),
                str(error),
                hint=_("Open it in a text editor, save it as UTF-8, then copy it from there."),
            ) from error
    return user_input.valid(text).replace("\0", "")
