"""Contents of a drop or the clipboard: library pictures, files, pictures, addresses, text.

Other programs write addresses in many ways: with and without a host, escaped or not, in bytes other
than UTF-8, as a data: address, in a list, in a page or as plain text. The result is a path, a
picture, a link, or a sentence that says why it is none of these.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QImage, QPixmap

from studio.common import user_input
from studio.common.errors import InputError
from studio.common.i18n import _
from studio.common.user_input import Unusable

IDS = "application/x-gridbrush-ids"
"""Ids of library pictures, one per line."""
URIS = "text/uri-list"
GNOME_FILES = "x-special/gnome-copied-files"
PNG = "image/png"
WINDOWS_PNG = 'application/x-qt-windows-mime;value="PNG"'
"""Qt's name for the clipboard format "PNG" of Windows, the only one there with transparency that
other programs agree on. Qt does not offer it by itself.
"""
SYSTEM = sys.platform
RAW_IMAGES = (
    *(PNG, WINDOWS_PNG, "image/jpeg", "image/webp", "image/avif"),
    *("image/gif", "image/tiff", "image/bmp"),
)

_SOURCE = re.compile(r"""[\s"']src\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_IMG = re.compile(r"<img\b", re.IGNORECASE)
_TAG = re.compile(r"""<[^"'>]*(?:(?:"[^"]*"|'[^']*')[^"'>]*)*>""")
_UNSEEN = ("style", "script", "title")
"""Elements whose content is invisible on a page."""

_WEB = ("http:", "https:", "blob:")


class NamedFiles(Struct, frozen=True, kw_only=True):
    """Targets of addresses.

    Attributes:
        data: pictures encoded as addresses.
        links: addresses of pictures elsewhere.
        troubles: one error per unusable address.
    """

    paths: tuple[Path, ...] = ()
    data: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    troubles: tuple[Unusable, ...] = ()


class PictureBlob(Struct, frozen=True):
    """A picture without a file.

    Attributes:
        name: display name.
        data: its original bytes; empty for bare pixels or an address.
        image: the pixels, if there are no bytes.
        address: the picture encoded as an address (`data:…`), if given in this form.
    """

    name: str
    data: bytes = b""
    image: QImage | None = None
    address: str = ""

    async def read(self) -> bytes:
        """Bytes of a picture file; pixels are encoded as PNG, in a thread.

        Raises InputError for an address without a picture.
        """
        if self.address:
            return await asyncio.to_thread(user_input.picture_in, self.address)
        if self.image is None:
            return self.data
        return await asyncio.to_thread(png_of, self.image)


class DropContents(Struct, frozen=True, kw_only=True):
    """Contents of a drop or the clipboard; only the best kind is filled in.

    Attributes:
        ids: pictures of this library.
        links: addresses of pictures elsewhere. They are not fetched automatically.
        troubles: one error per unusable address.
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
        """Whether there is anything to use, or to report."""
        return bool(self or self.links or self.troubles)


def accepts(mime: QMimeData) -> bool:
    """Whether it contains a picture, checked without fetching any."""
    if mime.hasFormat(IDS) or mime.hasImage() or any(map(mime.hasFormat, RAW_IMAGES)):
        return True
    lines = addresses(mime)
    if lines:
        return any(map(is_from_here, lines))
    return mime.hasHtml() and bool(pictures_written(mime))


def number_in(mime: QMimeData) -> int:
    """Number of importable items in a drag from outside; no picture is fetched."""
    if mime.hasFormat(IDS):
        return 0
    return sum(map(is_from_here, addresses(mime))) or int(accepts(mime))


def dropped_ids(mime: QMimeData) -> tuple[str, ...]:
    """Ids of gallery pictures; none if files are dragged."""
    if not mime.hasFormat(IDS):
        return ()
    return tuple(bytes(mime.data(IDS).data()).decode(errors="replace").split())


def is_words(mime: QMimeData) -> bool:
    """Whether it is text for a field, and no picture, file or link."""
    # A browser's picture comes with text, an editor's text may come with a picture of itself.
    if not mime.hasText() or addresses(mime):
        return False
    return not pictures_written(mime)


def pictures_in(mime: QMimeData) -> DropContents:
    """Pictures of a drop: our own ids, else files, else image bytes, else pixels.

    A picture encoded as an address counts as a file. Web addresses are listed separately, beside
    anything else.
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
    """Offered addresses, unchanged; undecodable bytes included."""
    if mime.hasFormat(URIS):
        lines = _lines(mime, URIS)
    elif mime.hasFormat(GNOME_FILES):
        # The first line is "copy" or "cut".
        lines = _lines(mime, GNOME_FILES)[1:]
    else:
        return []
    return [line for line in lines if not line.startswith("#")]


def _lines(mime: QMimeData, kind: str) -> list[str]:
    text = bytes(mime.data(kind).data()).decode("utf-8", "surrogateescape")
    return [line for each in text.replace("\0", "\n").split("\n") if (line := each.strip())]


def is_from_here(address: str) -> bool:
    """Whether an address is more than a link: a file, a picture, or a file system location."""
    return not address.casefold().startswith(_WEB) and (
        address.startswith("/") or user_input.is_address(address)
    )


def named(lines: Sequence[str]) -> NamedFiles:
    """Resolve addresses."""
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
                # A drop does not access the disk: a network disk may be away.
                address = f"file://{line}" if line.startswith("/") else line
                paths.append(user_input.path_of(address, look=False))
            except Unusable as error:
                troubles.append(error)
    return NamedFiles(
        paths=tuple(paths), data=tuple(data), links=tuple(links), troubles=tuple(troubles)
    )


def pictures_written(mime: QMimeData) -> list[str]:
    """Addresses in a page or text that contains nothing else: a picture, or files.

    A page with visible text counts as text.
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
    """Pictures encoded as addresses in a page; none if it has text too."""
    # 0.3 MB of character names, needed only for a drag from a browser.
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
    """Text before each tag, and the tag; a single pass."""
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
            # Truncated: the rest is meaningless.
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
    """The offered text, valid. Raises InputError for undecodable bytes."""
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


def png_of(image: QImage) -> bytes:
    """An image as a PNG file; for large ones in a thread."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def add_image(data: QMimeData, image: QImage | None, png: bytes) -> None:
    """Offer an image with its transparency: `png` are the bytes of its file, `image` its pixels."""
    if png:
        data.setData(PNG, QByteArray(png))
        if SYSTEM == "win32":
            data.setData(WINDOWS_PNG, QByteArray(png))
    if image is not None:
        data.setImageData(image)
