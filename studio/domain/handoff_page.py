"""Hand-off pages: pictures in one HTML file, for the people who work with them next."""

from __future__ import annotations

from dataclasses import dataclass

from studio.domain.contact_sheet import SheetCaption


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffPage:
    """Content and options of a hand-off page.

    Attributes:
        title: heading of the page; usually the name of a collection.
        intro: a paragraph below it; "" for none.
        captions: captions in the order they are shown.
        palette: whether the main colours of each picture are shown.
        beside: whether pictures are files in a folder beside the page; otherwise they are embedded.
        edge: longer side in pixels of embedded pictures; 0 for their own size.
    """

    title: str = ""
    intro: str = ""
    captions: tuple[SheetCaption, ...] = (
        SheetCaption.TITLE,
        SheetCaption.PROMPT,
        SheetCaption.SETTINGS,
        SheetCaption.MODEL,
    )
    palette: bool = True
    beside: bool = False
    edge: int = 2048
