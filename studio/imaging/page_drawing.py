"""Request to the drawing process: one page of a contact sheet with its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from studio.common import json_reader
from studio.domain.contact_sheet import SheetPage


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDrawing:
    """One page to draw.

    Attributes:
        page: boxes of its pictures and texts.
        sizes: size in bytes of each picture that follows the drawing; 0 for an unreadable one.
        logo: size in bytes of the logo, which follows the pictures; 0 for none.
        dpi: pixels per inch of a page as PNG.
        title: title of the document.
        first, last: whether a PDF begins or ends with this page.
    """

    page: SheetPage
    sizes: tuple[int, ...]
    logo: int = 0
    dpi: int = 300
    title: str = ""
    first: bool = True
    last: bool = True


def packed(drawing: PageDrawing, pictures: Sequence[bytes], logo: bytes) -> bytes:
    """A drawing and its pictures as the body of a request: the length of its JSON comes first."""
    head = json_reader.encode(drawing)
    return b"".join((len(head).to_bytes(4, "little"), head, *pictures, logo))


def unpacked(body: bytes) -> tuple[PageDrawing, list[bytes], bytes]:
    """The drawing, its pictures and its logo."""
    at = 4 + int.from_bytes(body[:4], "little")
    drawing = json_reader.decode(body[4:at], PageDrawing)
    found: list[bytes] = []
    for size in (*drawing.sizes, drawing.logo):
        found.append(body[at : at + size])
        at += size
    return drawing, found[:-1], found[-1]
