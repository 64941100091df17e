"""Layout of a tile's parts, shared by painting and hit testing so that they agree."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QPixmap

from studio.common.i18n import _
from studio.ui.support import key_names
from studio.ui.support.job_outcome import TileButton
from studio.ui.support.layout_direction import flipped
from studio.ui.support.tile_content import PLAIN, StackLook, TileContent, TileLook
from studio.ui.views.gallery.grid import BORDER, CAPTION, STRIP
from studio.ui.views.gallery.tile_style import FontFace, TileStyle
from studio.ui.widgets.plain_text import with_key

GAP = 4  # space between the lines of a message
PADDING, TIGHT = 10, 4
TIGHT_BELOW = 130  # narrower boxes need the room for text
OFFER_HEIGHT = 26
OFFERS_FROM = 150  # smaller boxes have no room for buttons
ICON = 18
MARK = 13
STAR = 11
CAPTION_GAP = 5
TARGET = 24
PILL = 18
NARROWEST, WIDEST = 3 / 4, 4 / 3  # aspect ratios a failed tile keeps; others become square
CAPTION_ACTIONS = (("pick", "flag"), ("reject", "reject"), ("edit", "edit"), ("more", "more"))


class TileState(Struct, frozen=True, kw_only=True):
    """State of a tile to be painted.

    Attributes:
        box: side of the square the picture is fitted into.
        caption: whether there is a caption (else a strip of marks).
        pixmap: the thumbnail; None until it is loaded.
        strength: opacity of the thumbnail while it fades in, 0 to 1.
        ghost: source of a job, 16 pixels wide.
        keyboard: whether the tile has keyboard focus.
        many: whether several tiles are selected.
        hot: action under the pointer.
        phase: phase of the runner, 0 to 1; None without animation.
        stack: appearance of the tile's stack.
        mirrored: whether the layout is right to left.
    """

    tile: TileContent
    box: int = 158
    caption: bool = True
    pixmap: QPixmap | None = None
    strength: float = 1.0
    ghost: QPixmap | None = None
    selected: bool = False
    keyboard: bool = False
    many: bool = False
    hovered: bool = False
    hot: str = ""
    phase: float | None = None
    stack: StackLook = PLAIN
    mirrored: bool = False


class TileZone(Struct, frozen=True):
    """Clickable part of a tile; `tip` is its tool tip if the action has no default one."""

    action: str
    rect: QRect
    icon: str = ""
    label: str = ""
    tip: str = ""


Part = Literal["icon", "big", "head", "line", "note", "bill"]


class TextBlock(Struct, frozen=True):
    """One line, or paragraph, of a message in a box."""

    part: Part
    rect: QRect
    text: str = ""


class TileLayout(Struct, frozen=True, kw_only=True):
    """Parts of a tile in the coordinates of its cell's parent.

    Attributes:
        square: square the picture is fitted into.
        picture: the picture or the box of a job.
        zones: clickable parts, in the box and in the caption.
        pill: the count pill of a stack, itself a zone; empty without one.
        marks: the part of the caption left of the pill.
    """

    cell: QRect
    square: QRect
    picture: QRect
    caption: QRect
    marks: QRect
    pill: QRect = field(default_factory=QRect)
    blocks: tuple[TextBlock, ...] = ()
    zones: tuple[TileZone, ...] = ()

    def zone_at(self, point: QPoint) -> TileZone | None:
        """Zone under a point."""
        return next((zone for zone in self.zones if zone.rect.contains(point)), None)


def fit(aspect: float, square: QRect) -> QRect:
    """Largest rectangle of this aspect ratio in the square, centred."""
    side = square.width()
    if aspect >= 1:
        width, height = side, max(1, round(side / aspect))
    else:
        width, height = max(1, round(side * aspect)), side
    return QRect(
        square.left() + (side - width) // 2, square.top() + (side - height) // 2, width, height
    )


def square_in(cell: QRect, box: int) -> QRect:
    """Square of `box` pixels that a picture is fitted into, in its cell."""
    return QRect(cell.left() + (cell.width() - box) // 2, cell.top() + BORDER, box, box)


def arrange(state: TileState, cell: QRect, kit: TileStyle) -> TileLayout:
    """Lay a tile out in its cell."""
    tile = state.tile
    square = square_in(cell, state.box)
    foot = (CAPTION if state.caption else STRIP) + kit.grow
    caption = QRect(square.left(), square.bottom() + 1, state.box, foot)
    aspect = tile.aspect
    if tile.look in _WORDY and not NARROWEST - 0.01 <= aspect <= WIDEST + 0.01:
        aspect = 1.0
    picture = fit(aspect, square)
    blocks: tuple[TextBlock, ...] = ()
    zones: tuple[TileZone, ...] = ()
    if tile.look is not TileLook.PICTURE:
        blocks, zones = _message(state, picture, kit)
    pill = _pill(state.stack, caption, kit)
    marks = caption if pill.isEmpty() else caption.adjusted(0, 0, -pill.width() - CAPTION_GAP, 0)
    stack = () if pill.isEmpty() else (_stack_zone(state.stack, pill),)
    zones += stack + _caption_zones(state, marks)
    if state.mirrored:
        zones = tuple(replace(zone, rect=flipped(zone.rect, caption)) for zone in zones)
        marks = flipped(marks, caption)
        pill = pill if pill.isEmpty() else flipped(pill, caption)
    return TileLayout(
        cell=cell,
        square=square,
        picture=picture,
        caption=caption,
        marks=marks,
        pill=pill,
        blocks=blocks,
        zones=zones,
    )


def _pill(stack: StackLook, caption: QRect, kit: TileStyle) -> QRect:
    if not stack.pill:
        return QRect()
    wide = kit.micro.metrics.horizontalAdvance(stack.pill) + 11 + (14 if stack.icon else 0)
    wide, high = min(wide, caption.width()), min(PILL + kit.grow, caption.height())
    top = caption.center().y() - high // 2 + 1
    return QRect(caption.right() + 1 - wide, top, wide, high)


def _stack_zone(stack: StackLook, pill: QRect) -> TileZone:
    if not stack.icon:
        return TileZone("stack_rest", pill, tip=_("Show the rest of the stack"))
    tip = _("Close the stack") if stack.member else _("Open the stack")
    return TileZone("stack", pill, tip=with_key(tip, key_names.current("S")))


_WORDY = (TileLook.FAILED, TileLook.DOUBTFUL, TileLook.LOST)


def _caption_zones(state: TileState, caption: QRect) -> tuple[TileZone, ...]:
    tile = state.tile
    if tile.cancel and state.stack.closed:
        return (TileZone("cancel_stack", _target(caption, 0), "close", tip=tile.cancel),)
    if tile.cancel:
        return (TileZone("cancel", _target(caption, 0), "close"),)
    if tile.job or not state.hovered or not state.caption or not tile.name:
        return ()
    last = len(CAPTION_ACTIONS) - 1
    return tuple(
        TileZone(action, _target(caption, last - place), icon)
        for place, (action, icon) in enumerate(CAPTION_ACTIONS)
    )


def _target(caption: QRect, place: int) -> QRect:
    # The icon ends with the caption; its target extends into the cell's border.
    height = min(TARGET, caption.height())
    right = caption.right() + (TARGET - MARK) // 2 - place * TARGET
    top = caption.center().y() - height // 2 + 1
    return QRect(right - TARGET + 1, top, TARGET, height)


def _message(
    state: TileState, box: QRect, kit: TileStyle
) -> tuple[tuple[TextBlock, ...], tuple[TileZone, ...]]:
    """Lines and buttons of a job's box, centred; those without room are left out."""
    tile, width = state.tile, box.width() - 2 * _padding(box)
    note = tile.cancel_note if state.hot == "cancel" and tile.cancel_note else tile.note
    parts: list[tuple[Part, str, int]] = []
    if tile.icon:
        parts.append(("icon", tile.icon, ICON))
    texts: tuple[tuple[Part, str, FontFace], ...] = (
        ("big", tile.big, kit.timer),
        ("head", tile.head, kit.small_bold),
        ("line", tile.line, kit.small),
        ("note", note, kit.micro),
    )
    for part, text, face in texts:
        if not text:
            continue
        wide, lines = kit.wrapped(face, text, width)
        # A word that is too long would be cut in the middle: leave the text out.
        if wide <= width or part in ("big", "head"):
            parts.append((part, text, lines * face.line))
    if tile.bill:
        parts.append(("bill", tile.bill, _bill_height(tile, width, kit)))
    hidden = tile.offers_on_hover and not (state.hovered or state.keyboard)
    offers = tile.offers if state.box >= OFFERS_FROM and not hidden else ()
    offers_height = _offers_height(offers, width, kit)
    room = box.height() - (12 if tile.bar is not None else 8)
    for spare in ("offers", "note", "icon", "line", "bill", "head", "big"):
        if _stack_height(parts, offers_height) <= room:
            break
        if spare == "offers":
            offers, offers_height = (), 0
        else:
            parts = [each for each in parts if each[0] != spare]
    return _stack(box, parts, offers, offers_height, kit)


def _padding(box: QRect) -> int:
    return PADDING if box.width() >= TIGHT_BELOW else TIGHT


def _stack_height(parts: list[tuple[Part, str, int]], offers_height: int) -> int:
    height = sum(each[2] for each in parts) + GAP * max(0, len(parts) - 1)
    if offers_height:
        height += offers_height + 2 + 2 * GAP
    return height


def _stack(
    box: QRect,
    parts: list[tuple[Part, str, int]],
    offers: tuple[TileButton, ...],
    offers_height: int,
    kit: TileStyle,
) -> tuple[tuple[TextBlock, ...], tuple[TileZone, ...]]:
    y = box.top() + (box.height() - _stack_height(parts, offers_height)) // 2
    left, width = box.left() + _padding(box), box.width() - 2 * _padding(box)
    blocks = []
    for part, text, height in parts:
        blocks.append(TextBlock(part, QRect(left, y, width, height), text))
        y += height + GAP
    zones: list[TileZone] = []
    y += 2 + GAP
    for line in _offer_lines(offers, width, kit):
        total = sum(wide for _offer, wide in line) + 6 * (len(line) - 1)
        x = box.left() + (box.width() - total) // 2
        for offer, wide in line:
            zones.append(
                TileZone(offer.action, QRect(x, y, wide, _offer_height(kit)), label=offer.label)
            )
            x += wide + 6
        y += _offer_height(kit) + GAP
    return tuple(blocks), tuple(zones)


def _offer_height(kit: TileStyle) -> int:
    return OFFER_HEIGHT + max(0, kit.small.line - 16)


def _offer_lines(
    offers: tuple[TileButton, ...], width: int, kit: TileStyle
) -> list[list[tuple[TileButton, int]]]:
    """Buttons with their widths, side by side if they fit."""
    lines: list[list[tuple[TileButton, int]]] = []
    for offer in offers:
        # Long labels are shortened: a button never exceeds its box.
        wide = min(kit.small.metrics.horizontalAdvance(offer.label) + 22, width + PADDING)
        used = sum(each for _offer, each in lines[-1]) + 6 * len(lines[-1]) if lines else 0
        if lines and used + wide <= width + PADDING:
            lines[-1].append((offer, wide))
        else:
            lines.append([(offer, wide)])
    return lines


def _offers_height(offers: tuple[TileButton, ...], width: int, kit: TileStyle) -> int:
    count = len(_offer_lines(offers, width, kit))
    return count * _offer_height(kit) + max(0, count - 1) * GAP


def _bill_height(tile: TileContent, width: int, kit: TileStyle) -> int:
    room = width + (12 if width >= TIGHT_BELOW - 20 else 0) - (20 if tile.bill_doubt else 0)
    lines = kit.wrapped(kit.micro, tile.bill, room)[1] * kit.micro.line
    return max(16, lines) if tile.bill_doubt else lines
