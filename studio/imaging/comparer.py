"""Client of the comparing process, which also composes; never opens a picture itself.

The process is separate from the one that decodes for the window. One comparison runs at a time, the
most urgent first. Cancelling a comparison ends it at once, together with the process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.common import json_reader
from studio.common.errors import PictureUnreadable
from studio.common.i18n import _
from studio.imaging.composition import (
    AnswerFacts,
    Composition,
    CompositionRecipe,
    NotComposed,
    Proof,
    SeamPixels,
    SeamView,
)
from studio.imaging.decoder import Decoder, Priority, worker_command

if TYPE_CHECKING:
    from studio.imaging.guide_request import GuideDrawing


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonResult:
    """Pixel differences between two pictures.

    Point p of the first picture is point `scale` * p + (`x`, `y`) of the second, in pixels of each
    from the upper left corner. If the pictures do not line up, the first is centred in the second,
    as large as fits.

    Attributes:
        size, other_size: width and height in pixels.
        aligned: whether the pictures line up.
        reason: reason if not: "different", "too_little_detail" or "too_small"; otherwise None.
        agreeing: fraction of the blocks with detail that agree with the placement.
        gain: factors of red, green and blue from the second picture to the first.
        changed: share of the pixels that changed, 0 to 1; None if they do not line up.
    """

    size: tuple[int, int]
    other_size: tuple[int, int]
    aligned: bool
    reason: str | None
    agreeing: float
    scale: float
    x: float
    y: float
    gain: tuple[float, float, float]
    changed: float | None

    @property
    def zoom(self) -> float:
        """Growth of the content from the first to the second picture, relative to their sizes.

        1 for a copy in another resolution, or one cropped or extended to another shape.
        """
        ratios = [there / here for here, there in zip(self.size, self.other_size, strict=True)]
        return self.scale / min(ratios, key=lambda ratio: abs(ratio - self.scale))

    @property
    def shift(self) -> tuple[float, float]:
        """Shift of the centre, right and down, in pixels of the first picture."""
        (width, height), (other_width, other_height) = self.size, self.other_size
        right = (self.scale * width / 2 + self.x - other_width / 2) / self.scale
        down = (self.scale * height / 2 + self.y - other_height / 2) / self.scale
        return right, down


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceMap:
    """Map of the differences over the first picture.

    Attributes:
        data: a byte per pixel, rows from the top: level of the channel that differs most, 0 if
            equal.
    """

    width: int
    height: int
    data: bytes
    comparison: ComparisonResult


@dataclass(frozen=True, slots=True)
class ComparedRegion:
    """Mask of pixels to ignore; `data` has a byte per pixel, 0 for pixels that count.

    It covers the whole first picture, in any resolution.
    """

    width: int
    height: int
    data: bytes


class ComparingProcess(Decoder):
    """Passes jobs to one comparing process, and ends it when its job is cancelled."""

    processes = 1
    ends_cancelled = True

    def error_of(self, fault: str, path: Path, details: str) -> PictureUnreadable:
        """The error for a fault of the process; readable pictures may be refused too."""
        refusals = {
            "cmyk": (
                _("The picture cannot be changed here"),
                _("{name} is in CMYK, the colours of print. Only RGB can be changed here."),
            ),
            "sixteen_bits": (
                _("The picture cannot be changed here"),
                _("This picture has 16 bits; only an 8-bit copy can be changed here."),
            ),
            "no_region": (
                _("The region is empty"),
                _("The mask has no white part, so nothing could change."),
            ),
            "mask_colours": (
                _("The mask is not black and white"),
                _("Paint white where the picture may change, and black everywhere else."),
            ),
            "mask_ratio": (
                _("The mask and the picture have different aspect ratios"),
                _("It would be distorted to fit the picture."),
            ),
            "large_frame": (
                _("The new frame is too large"),
                _("{name} would have too many pixels."),
            ),
        }
        if fault not in refusals:
            return super().error_of(fault, path, details)
        title, sentence = refusals[fault]
        return PictureUnreadable(title, sentence.format(name=path.name), details=details)


class Comparer:
    """Sends requests to the comparing process, without blocking the loop.

    Every method raises PictureUnreadable for a missing or unreadable picture; NotDecoded, a
    subclass, if the process did not start, died, hung or had too little memory.

    Attributes:
        process: passes the jobs to the process.
    """

    def __init__(
        self, command: Sequence[str] | None = None, *, limit: float = 180.0, idle: float = 30.0
    ) -> None:
        """The arguments are those of `Decoder`."""
        words = comparer_command() if command is None else command
        self.process = ComparingProcess(words, limit=limit, idle=idle)

    async def compare(
        self,
        first: Path,
        second: Path,
        *,
        region: ComparedRegion | None = None,
        priority: Priority = Priority.LOOK,
    ) -> ComparisonResult:
        """Compare two pictures, without a map."""
        return (await self._compared(first, second, region, priority, None))[0]

    async def difference(
        self,
        first: Path,
        second: Path,
        *,
        edge: int | None = 2048,
        priority: Priority = Priority.LOOK,
    ) -> DifferenceMap:
        """Compare two pictures, with a map of a long edge of at most `edge` pixels."""
        comparison, (width, height), data = await self._compared(
            first, second, None, priority, edge or 0
        )
        return DifferenceMap(width=width, height=height, data=data, comparison=comparison)

    async def draw(
        self,
        path: Path,
        drawing: GuideDrawing,
        *,
        mask: Path | None = None,
    ) -> bytes:
        """A part of a picture with its markup drawn on it, to be sent; JPEG, or PNG with alpha.

        `mask` is the file of the region's mask, if it has one.
        """
        _facts, data = await self.process.decode_job(
            Priority.LOOK,
            job="guide",
            path=path,
            mask=None if mask is None else str(mask),
            body=json_reader.encode(drawing),
        )
        return data

    async def marks_left(
        self,
        edited: Path,
        made: Path,
        drawing: GuideDrawing,
    ) -> tuple[int, ...]:
        """Numbers of the marks still visible in a picture that was made from a marked copy."""
        facts, _data = await self.process.decode_job(
            Priority.ARRIVAL,
            job="marks_left",
            path=edited,
            other=str(made),
            body=json_reader.encode(drawing),
        )
        return tuple(facts["marks"])

    async def compose(
        self, recipe: CompositionRecipe, *, priority: Priority = Priority.ARRIVAL
    ) -> Composition:
        """Compose a picture; nothing is saved."""
        facts, data = await self.process.decode_job(
            priority, job="compose", path=recipe.parent, **recipe.request()
        )
        reason = facts.get("reason")
        return Composition(
            data=data,
            reason=None if reason is None else NotComposed(reason),
            shift=tuple(facts.get("shift", (0.0, 0.0))),
            zoom=float(facts.get("zoom", 1.0)),
            width=int(facts.get("width", 0)),
            height=int(facts.get("height", 0)),
        )

    async def prove(
        self, recipe: CompositionRecipe, saved: Path, *, priority: Priority = Priority.ARRIVAL
    ) -> Proof:
        """Compare a saved picture with its parent in the pixels that have to be equal."""
        request = recipe.request() | {"other": str(saved)}
        facts, _data = await self.process.decode_job(
            priority, job="prove", path=recipe.parent, **request
        )
        return Proof(int(facts["outside"]), int(facts["changed"]))

    async def open_seam(self, recipe: CompositionRecipe) -> AnswerFacts:
        """Load the pictures of a composition for previews of its seam, and measure the answer."""
        facts, _data = await self.process.decode_job(
            Priority.LOOK, job="seam_open", path=recipe.parent, **recipe.request()
        )
        if (reason := facts["reason"]) is not None:
            return AnswerFacts(reason=NotComposed(reason))
        return AnswerFacts(
            reason=None,
            shift=tuple(facts["shift"]),
            zoom=float(facts["zoom"]),
            changed=float(facts["changed"]),
            kept=int(facts["kept"]),
            serial=int(facts["serial"]),
        )

    async def seam_preview(self, recipe: CompositionRecipe, view: SeamView) -> SeamPixels | None:
        """Preview of a composition; nothing is saved. None if the answer does not line up.

        The process keeps the pictures for the next preview until `close_seam`, another picture, or
        its end.
        """
        facts, data = await self.process.decode_job(
            Priority.LOOK,
            job="seam_preview",
            path=recipe.parent,
            body=view.profile,
            box=view.box,
            size=view.size,
            **recipe.request(),
        )
        if facts.pop("reason") is not None:
            return None
        return SeamPixels(view=view, data=data, **facts)

    async def close_seam(self) -> None:
        """Release the pictures kept for previews; starts no process."""
        if self.running:
            await self.process.decode_job(Priority.LOOK, job="seam_close", path=Path())

    async def _compared(
        self,
        first: Path,
        second: Path,
        region: ComparedRegion | None,
        priority: Priority,
        edge: int | None,
    ) -> tuple[ComparisonResult, tuple[int, int], bytes]:
        mask: dict[str, Any] = {} if region is None else {"region": (region.width, region.height)}
        facts, data = await self.process.decode_job(
            priority,
            job="compare",
            path=first,
            other=str(second),
            map=edge,
            body=b"" if region is None else region.data,
            **mask,
        )
        size = int(facts.pop("width", 0)), int(facts.pop("height", 0))
        for name in ("size", "other_size", "gain"):
            facts[name] = tuple(facts[name])
        return ComparisonResult(**facts), size, data

    @property
    def running(self) -> bool:
        """Whether there is a process."""
        return self.process.running

    @property
    def pid(self) -> int | None:
        """Process id; None if there is no process."""
        return self.process.pid

    async def close(self) -> None:
        """End the process and cancel queued requests."""
        await self.process.close()


def comparer_command() -> list[str]:
    """Command that starts the comparing process."""
    return [*worker_command(), "compare"]
