"""Hand-off pages: one HTML file of pictures for whoever works with them next."""

from __future__ import annotations

from dataclasses import dataclass

from studio.domain.contact_sheet import SheetCaption


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffPage:
    """Content and options of a hand-off page.

    Attributes:
        title: its heading; usually the name of a collection.
        intro: a paragraph below it; "" for none.
        captions: in the order they are shown.
        palette: whether the main colours of each picture are shown.
        beside: whether pictures are files in a folder beside the page; else they are inside it.
        edge: longer side in pixels of pictures inside the page; 0 for their own size.
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
