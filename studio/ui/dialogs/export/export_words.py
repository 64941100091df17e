"""Words for presets, tokens of names, and planned copies."""

from __future__ import annotations

from studio.app.export.plan import ExportNote, PlannedCopy, sentence
from studio.common.i18n import _, listed, ngettext, number, pgettext
from studio.domain.export import (
    WITH_QUALITY,
    ExportColour,
    ExportFormat,
    ExportMetadata,
    ExportPreset,
    ExportSize,
    SizeRule,
)
from studio.domain.name_pattern import PatternPart
from studio.ui.support import formatting

_WARNED = (
    ExportNote.SIXTEEN_BITS,
    ExportNote.TOO_LARGE,
    ExportNote.NUMBERED,
    ExportNote.SKIPPED,
    ExportNote.ASK,
)


def format_name(kind: ExportFormat) -> str:
    """Name of a format."""
    if kind is ExportFormat.ORIGINAL:
        return pgettext("format of an export", "Original")
    return "WebP" if kind is ExportFormat.WEBP else kind.upper()


def summary(preset: ExportPreset) -> str:
    """Short description of the copies made by a preset: "JPEG 88, sRGB"."""
    if preset.fixed:
        return _("as received, bit for bit")
    kind = format_name(preset.format)
    parts = [f"{kind} {preset.quality}" if preset.format in WITH_QUALITY else kind]
    parts.append(size_words(preset.size))
    if preset.ppi:
        parts.append(_("{n} ppi").format(n=number(preset.ppi)))
    if preset.colour is not ExportColour.AS_IS:
        parts.append(colour_name(preset.colour))
    if preset.metadata is ExportMetadata.NOTHING:
        parts.append(_("no metadata"))
    return listed(part for part in parts if part)


def size_words(size: ExportSize) -> str:
    """A size in a few words; "" for the original one."""
    match size.rule:
        case SizeRule.ORIGINAL:
            return ""
        case SizeRule.PERCENT:
            return formatting.percent(size.value / 100)
        case _:
            # Translators: {n} is a number of pixels.
            return _("{n} px").format(n=number(size.value))


def colour_name(colour: ExportColour) -> str:
    """Name of a choice of colours."""
    return {
        ExportColour.AS_IS: _("As in the original"),
        ExportColour.SRGB: "sRGB",
        ExportColour.DISPLAY_P3: "Display P3",
    }[colour]


def token_name(part: PatternPart) -> str:
    """Name of a token of a file name."""
    if part.text == "n":
        return ngettext("number, {n} digit", "number, {n} digits", part.digits).format(
            n=number(part.digits)
        )
    return {
        "title": _("title"),
        "prompt": _("prompt"),
        "date": _("date"),
        "time": _("time"),
        "model": _("model"),
        "size": _("size"),
        "id": _("id"),
        "collection": _("collection"),
        "seed": _("seed"),
        "rating": _("rating"),
    }[part.text]


def facts_of(copy: PlannedCopy, size: int | None, *, exact: bool, whole: bool = False) -> str:
    """Second line of a planned copy: "2048 × 2048, not enlarged · ≈ 0.8 MB".

    `whole`: give the reason for a refusal in full.
    """
    told = [formatting.pixels(copy.width, copy.height)] if copy.width and copy.height else []
    told += [sentence(note) if whole else _short_sentence(note) for note in copy.notes]
    return _with_size(listed(told), size, exact=exact)


def brief_facts_of(copy: PlannedCopy, size: int | None, *, exact: bool) -> str:
    """`facts_of` for a narrow list: a warning replaces the other facts, so that it fits."""
    if not warns(copy):
        return facts_of(copy, size, exact=exact)
    words = listed(_short_sentence(note) for note in copy.notes if note in _WARNED)
    return _with_size(words, size, exact=exact)


def reasons(copy: PlannedCopy) -> str:
    """Why a copy is refused, in full, where the list has short words for it; "" otherwise."""
    notes = (note for note in copy.notes if _short_sentence(note) != sentence(note))
    return listed(map(sentence, notes))


def _short_sentence(note: ExportNote) -> str:
    """Text of a note, short enough for a narrow list."""
    if note is ExportNote.SIXTEEN_BITS:
        return _("not exported, more than 8 bits")
    return sentence(note)


def _with_size(words: str, size: int | None, *, exact: bool) -> str:
    if not size:
        return words
    amount = formatting.megabytes(size)
    return f"{words} · {amount if exact else f'≈ {amount}'}"


def warns(copy: PlannedCopy) -> bool:
    """Whether a copy is not written, or is written under another name than planned."""
    return any(note in _WARNED for note in copy.notes)
