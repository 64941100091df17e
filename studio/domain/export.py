"""Export: presets, and the size of an exported picture."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from studio.common.errors import InputError
from studio.common.i18n import _, listed, short_number


class ExportFormat(StrEnum):
    """File format of the copies; ORIGINAL copies the file bit for bit."""

    ORIGINAL = "original"
    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    TIFF = "tiff"
    AVIF = "avif"


class SizeRule(StrEnum):
    """Meaning of the number in an `ExportSize`."""

    ORIGINAL = "original"
    LONGEST = "longest"  # pixels of the longer side
    SHORTEST = "shortest"
    PERCENT = "percent"


class ExportColour(StrEnum):
    """Colour space of the copies."""

    AS_IS = "as-is"
    SRGB = "srgb"
    DISPLAY_P3 = "display-p3"


class ExportMetadata(StrEnum):
    """Metadata written into copies, besides pixels and colour profile."""

    NOTHING = "nothing"
    PROMPT = "prompt"  # prompt, title, model and date
    EVERYTHING = "everything"


class ConflictRule(StrEnum):
    """Handling of a name that is taken. Nothing is ever overwritten."""

    NUMBER = "number"
    SKIP = "skip"
    ASK = "ask"


EXTENSIONS = {
    ExportFormat.PNG: ".png",
    ExportFormat.JPEG: ".jpg",
    ExportFormat.WEBP: ".webp",
    ExportFormat.TIFF: ".tif",
    ExportFormat.AVIF: ".avif",
}

WITH_QUALITY = frozenset({ExportFormat.JPEG, ExportFormat.WEBP, ExportFormat.AVIF})

LONGEST_SIDE = {
    ExportFormat.JPEG: 65_500,
    ExportFormat.WEBP: 16_383,
    ExportFormat.AVIF: 65_535,
}
"""Limit of a side in pixels, set by the format or its encoder."""

MOST_PIXELS = 110_000_000
"""Limit of a copy in pixels, equal to the decoder's."""

MOST_PERCENT = 1000.0


@dataclass(frozen=True, slots=True)
class ExportSize:
    """Size of the copies; `value` is in pixels or per cent, depending on the rule."""

    rule: SizeRule = SizeRule.ORIGINAL
    value: float = 0.0

    @classmethod
    def parse(cls, text: str) -> ExportSize:
        """Read "original", "longest:2048" (also "2048"), "shortest:1080" or "50%".

        Raises InputError.
        """
        found = re.fullmatch(
            r"\s*(?:(longest|shortest):)?(\d{1,5})(?:\s*px)?\s*|\s*(\d{1,4}(?:\.\d{1,2})?)\s*%\s*",
            text,
        )
        if text.strip() == SizeRule.ORIGINAL:
            return cls()
        if found is None:
            raise _invalid(text)
        if found[3] is not None:
            made = cls(SizeRule.PERCENT, float(found[3]))
        else:
            made = cls(SizeRule(found[1] or SizeRule.LONGEST), float(found[2]))
        if not made.is_valid:
            raise _invalid(text)
        return made

    @property
    def is_valid(self) -> bool:
        """Whether the number makes sense for the rule."""
        if self.rule is SizeRule.ORIGINAL:
            return True
        most = MOST_PERCENT if self.rule is SizeRule.PERCENT else max(LONGEST_SIDE.values())
        return 0 < self.value <= most

    def of(self, size: tuple[int, int], *, enlarge: bool = False) -> tuple[int, int]:
        """Width and height of a copy of a picture of this size, in pixels."""
        width, height = size
        match self.rule:
            case SizeRule.ORIGINAL:
                factor = 1.0
            case SizeRule.LONGEST:
                factor = self.value / max(size)
            case SizeRule.SHORTEST:
                factor = self.value / min(size)
            case SizeRule.PERCENT:
                factor = self.value / 100
        if factor > 1 and not enlarge:
            factor = 1.0
        return max(1, round(width * factor)), max(1, round(height * factor))

    def enlarges(self, size: tuple[int, int]) -> bool:
        """Whether a picture of this size would be enlarged."""
        width, height = self.of(size, enlarge=True)
        return width > size[0] or height > size[1]


def _invalid(text: str) -> InputError:
    return InputError(
        _("Invalid size: {value}").format(value=text.strip()[:40]),
        hint=_("Write original, longest:2048, shortest:1080 or 50%."),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPreset:
    """Settings of exported copies.

    Attributes:
        id: unique name for settings and the command line.
        title: title given by the user; "" for a built-in preset, whose title is translated.
        quality: 1 to 100, for formats that have it.
        ground: colour under transparent parts as 0xRRGGBB, if the format has no transparency.
        ppi: pixels per inch written into the file; 0 for none.
        pattern: pattern of names (`domain/name_pattern.py`); "" keeps those of the originals.
    """

    id: str
    title: str = ""
    format: ExportFormat = ExportFormat.ORIGINAL
    quality: int = 90
    size: ExportSize = ExportSize()
    enlarge: bool = False
    colour: ExportColour = ExportColour.AS_IS
    ground: int = 0xFFFFFF
    ppi: int = 0
    pattern: str = ""
    metadata: ExportMetadata = ExportMetadata.NOTHING
    conflict: ConflictRule = ConflictRule.NUMBER

    @property
    def fixed(self) -> bool:
        """Whether it copies originals bit for bit, so that no option about pixels applies."""
        return self.format is ExportFormat.ORIGINAL


ORIGINALS = ExportPreset(id="originals")

BUILT_IN = (
    ORIGINALS,
    ExportPreset(
        id="web-jpeg",
        format=ExportFormat.JPEG,
        quality=88,
        size=ExportSize(SizeRule.LONGEST, 2048),
        colour=ExportColour.SRGB,
        pattern="{collection}-{title}-{n:3}",
        metadata=ExportMetadata.PROMPT,
    ),
    ExportPreset(
        id="web-webp",
        format=ExportFormat.WEBP,
        quality=82,
        size=ExportSize(SizeRule.LONGEST, 1600),
        colour=ExportColour.SRGB,
        pattern="{collection}-{title}-{n:3}",
    ),
    ExportPreset(
        id="print-tiff",
        format=ExportFormat.TIFF,
        ppi=300,
        pattern="{collection}-{title}-{n:3}",
        metadata=ExportMetadata.PROMPT,
    ),
    ExportPreset(
        id="client-png",
        format=ExportFormat.PNG,
        colour=ExportColour.SRGB,
        pattern="{collection}-{title}-{n:3}",
    ),
    ExportPreset(
        id="avif",
        format=ExportFormat.AVIF,
        quality=75,
        size=ExportSize(SizeRule.LONGEST, 2048),
        colour=ExportColour.SRGB,
        pattern="{collection}-{title}-{n:3}",
        metadata=ExportMetadata.PROMPT,
    ),
)
"""The presets of every installation; AVIF is offered if the decoder supports it."""


def title_of(preset: ExportPreset) -> str:
    """Title of a preset for the user."""
    titles = {
        "originals": _("Originals"),
        "web-jpeg": _("Web JPEG 2048"),
        "web-webp": _("Web WebP 1600"),
        "print-tiff": _("Print TIFF"),
        "client-png": _("Client PNG"),
        "avif": _("AVIF 2048"),
    }
    return preset.title or titles.get(preset.id, preset.id)


def find_preset(presets: Iterable[ExportPreset], name: str) -> ExportPreset:
    """The preset with this id or title, ignoring case. Raises InputError."""
    every = tuple(presets)
    wanted = name.strip().casefold()
    for one in every:
        if wanted in (one.id.casefold(), title_of(one).casefold()):
            return one
    raise InputError(
        # Translators: {name} is a preset for export.
        _("Export preset {name} not found").format(name=name.strip()[:60]),
        _("Presets: {known}.").format(known=listed(one.id for one in every)),
    )


def checked(preset: ExportPreset) -> ExportPreset:
    """The preset limited to what its format allows. Raises InputError for numbers out of range."""
    if preset.fixed:
        return replace(
            ORIGINALS,
            id=preset.id,
            title=preset.title,
            pattern=preset.pattern,
            conflict=preset.conflict,
        )
    if not 1 <= preset.quality <= 100:
        raise InputError(_("The quality must be between 1 and 100"))
    if not preset.size.is_valid:
        raise _invalid(short_number(preset.size.value))
    if not 0 <= preset.ground <= 0xFFFFFF or not 0 <= preset.ppi <= 10_000:
        raise InputError(_("Invalid export preset"))
    return preset
