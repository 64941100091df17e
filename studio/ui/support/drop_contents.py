"""What a drop or the clipboard offers: pictures of the library, files, pictures, addresses, text.

Other programs write addresses in many ways: with and without a host, escaped or not, in bytes that
are no UTF-8, as a picture that is an address itself, in a list, in a page or as plain text. What
is found here is a path, a picture, a link, or a sentence that says why it is none.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMimeData
from PySide6.QtGui import QImage, QPixmap

from studio.common import user_input
from studio.common.errors import InputError
from studio.common.i18n import _
from studio.common.user_input import Unusable

IDS = "application/x-gridbrush-ids"
"""Ids of pictures of the library, a line each."""
URIS = "text/uri-list"
GNOME_FILES = "x-special/gnome-copied-files"
RAW_IMAGES = (
    *("image/png", "image/jpeg", "image/webp", "image/avif", "image/gif", "image/tiff"),
    "image/bmp",
)

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
    troubles: tuple[Unusable, ...] = ()


@dataclass(frozen=True, slots=True)
class PictureBlob:
    """A picture that came without a file.

    Attributes:
        name: what to call it.
        data: its bytes as they came; empty if only pixels came, or an address.
        image: the pixels, where no bytes came.
        address: the picture written as an address (`data:…`), where it came so.
    """

    name: str
    data: bytes = b""
    image: QImage | None = None
    address: str = ""

    async def read(self) -> bytes:
        """The bytes of a picture file; pixels are written as PNG, in a thread.

        Raises InputError for an address that holds no picture.
        """
        if self.address:
            return await asyncio.to_thread(user_input.picture_in, self.address)
        if self.image is None:
            return self.data
        return await asyncio.to_thread(_png, self.image)


@dataclass(frozen=True, slots=True, kw_only=True)
class DropContents:
    """What is in a drop or on the clipboard; only the best of it is filled in.

    Attributes:
        ids: pictures of this library.
        links: addresses of pictures elsewhere. Nothing fetches them by itself.
        troubles: one for each address that cannot be used.
    """

    ids: tuple[str, ...] = ()
    paths: tuple[Path, ...] = ()
    blobs: tuple[PictureBlob, ...] = ()
    links: tuple[str, ...] = ()
    troubles: tuple[Unusable, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.ids or self.paths or self.blobs)

    @property
    def says(self) -> bool:
        """Whether there is anything to take, or to say of it."""
        return bool(self or self.links or self.troubles)


def accepts(mime: QMimeData) -> bool:
    """Whether there is a picture in it, told without fetching any picture."""
    if mime.hasFormat(IDS) or mime.hasImage() or any(map(mime.hasFormat, RAW_IMAGES)):
        return True
    lines = addresses(mime)
    if lines:
        return any(map(is_from_here, lines))
    return mime.hasHtml() and bool(pictures_written(mime))


def number_in(mime: QMimeData) -> int:
    """How many things of a drag from outside could be imported; no picture is fetched for it."""
    if mime.hasFormat(IDS):
        return 0
    return sum(map(is_from_here, addresses(mime))) or int(accepts(mime))


def dropped_ids(mime: QMimeData) -> tuple[str, ...]:
    """Pictures of the gallery; none where files are dragged."""
    if not mime.hasFormat(IDS):
        return ()
    return tuple(bytes(mime.data(IDS).data()).decode(errors="replace").split())


def is_words(mime: QMimeData) -> bool:
    """Whether it is text to be written, and no picture, file or link."""
    # A browser's picture has text beside it, an editor's text may have a picture of itself.
    if not mime.hasText() or addresses(mime):
        return False
    return not pictures_written(mime)


def pictures_in(mime: QMimeData) -> DropContents:
    """The pictures of a drop: our own ids, else files, else image bytes, else pixels.

    A picture that is written as an address counts as a file. Addresses of the web are told apart,
    beside whatever else there is.
    """
    found = named(addresses(mime))
    if mime.hasFormat(IDS):
        return DropContents(ids=dropped_ids(mime), links=found.links)
    if found.paths or found.data:
        return _incoming(found)
    for kind in RAW_IMAGES:
        if mime.hasFormat(kind) and (data := bytes(mime.data(kind).data())):
            return DropContents(blobs=(PictureBlob(_("pasted picture"), data),), links=found.links)
    if mime.hasImage():
        image = mime.imageData()
        if isinstance(image, QPixmap):
            image = image.toImage()
        if isinstance(image, QImage) and not image.isNull():
            return DropContents(
                blobs=(PictureBlob(_("pasted picture"), image=image),), links=found.links
            )
    written = named(pictures_written(mime))
    if written.paths or written.data or written.troubles:
        return _incoming(written)
    return _incoming(found)


def _incoming(found: NamedFiles) -> DropContents:
    return DropContents(
        paths=found.paths,
        blobs=tuple(PictureBlob(_("pasted picture"), address=one) for one in found.data),
        links=found.links,
        troubles=found.troubles,
    )


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
    troubles: list[Unusable] = []
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
            except Unusable as error:
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


def _png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())
