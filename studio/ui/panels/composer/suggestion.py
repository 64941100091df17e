"""Fitting a draft to a model: the nearest supported values, and notes about replacements."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from studio.common.i18n import _, listed, number, sentences
from studio.domain import request_fields as fields
from studio.domain import runs
from studio.domain.aspect_ratios import nearest_aspect
from studio.domain.drafts import MATCH, MOST_AT_ONCE, Draft
from studio.domain.entities import Advanced, AspectRatio, Reference, Role
from studio.domain.request_fields import choice_warnings, detail_word, thinking_word

if TYPE_CHECKING:
    from studio.domain.models import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSuggestion:
    """A draft as submitted to the model, and the choices the model offers.

    Attributes:
        sent: the draft with supported values, and no more references than the limit.
        match: whether following the input picture is offered.
        aspects: every ratio of the model; empty if there is no choice.
        sizes: every size of the model; empty if there is no choice.
        seed: whether the model supports a seed.
        aspect_note: why another ratio is used; empty if the user's own is.
        size_note: why another size is used; empty if the user's own is.
        takes: the model's limit of references.
        pixels: width and height of the result, None if unknown.
    """

    sent: Draft
    match: bool
    aspects: tuple[str, ...]
    sizes: tuple[str, ...]
    seed: bool
    aspect_note: str = ""
    size_note: str = ""
    takes: int
    pixels: tuple[int, int] | None = None


def suggest_draft(
    draft: Draft, model: Model, *, input_ratio: float | None = None
) -> DraftSuggestion:
    """Fit a draft to a model.

    `input_ratio` is width to height of the picture that Match follows, None while unknown.
    """
    known = model.state != "unknown" and not model.advisory
    takes = limit_of(draft, model)
    beyond = runs.limit_warnings(draft, model)
    references = fitting(draft, takes)
    match = bool(references) and bool(model.aspects)
    aspect, aspect_note = _aspect(draft.aspect, model, match=match, ratio=input_ratio, known=known)
    aspect_note = aspect_note or beyond.aspect
    size, size_note = draft.size, beyond.size
    fixed = known or not model.sends_size
    if fixed and model.sizes and draft.size not in model.sizes:
        size = nearest_size(draft.size, model.sizes)
        size_note = _not_offered(draft.size, size)
    shape = aspect
    if aspect == MATCH:
        shape = nearest_aspect(input_ratio, model.aspects) if input_ratio else ""
    pixels = model.pixels(shape, size) if shape else None
    sent = replace(
        draft,
        references=references,
        aspect=aspect,
        size=size,
        seed=draft.seed if model.seed else None,
        advanced=model.supported_choices(draft.advanced),
    )
    return DraftSuggestion(
        sent=sent,
        match=match,
        aspects=model.offered_aspects,
        sizes=model.sizes,
        seed=model.seed,
        aspect_note=aspect_note,
        size_note=size_note,
        takes=takes,
        pixels=pixels,
    )


def differences(draft: Draft, model: Model, made: DraftSuggestion) -> str:
    """Sentence about the choices the model does not support; empty if it supports all."""
    told = notices(draft, model)
    notes = [note for note in (made.size_note, made.aspect_note) if note]
    notes = [note for note in notes if note not in told]
    if len(made.sent.references) < len(draft.references):
        notes.append(_("not all references are sent, limit {n}").format(n=number(made.takes)))
    notes += _untold(draft, model, made.sent.advanced)
    if model.state in ("retired", "deprecated"):
        first = sentences(f"{model.name_in_text}: {model.note}", _sentence(notes))
    elif notes:
        # Translators: {model} is a model, {notes} what it does not support, as a list.
        first = _("{model}: {notes}.").format(model=model.name_in_text, notes=listed(notes))
    else:
        first = ""
    return sentences(first, *told)


def notices(draft: Draft, model: Model) -> list[str]:
    """Sentences about choices that are left out, or sent although the model may refuse them."""
    if not model.sends_size:
        # The model's only size is shown in place of the chosen one.
        draft = replace(draft, size=model.usual_size)
    left_out = choice_warnings(model.id, runs.left_out(draft, model))
    return [*left_out, *runs.limit_warnings(draft, model).sentences]


def limit_of(draft: Draft, model: Model) -> int:
    """Limit of references per prompt, in addition to a marked copy."""
    most = max(model.references, MOST_AT_ONCE) if model.advisory else model.references
    return most - runs.marked_copies(draft, model)


def _sentence(notes: list[str]) -> str:
    text = listed(notes)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _untold(draft: Draft, model: Model, told: Advanced) -> list[str]:
    """Notes on the unsupported advanced choices, other than those of `notices`."""
    wanted, said = draft.advanced, runs.left_out(draft, model)
    notes: list[str] = []
    if draft.seed is not None and not model.seed and fields.SEED not in said:
        notes.append(_("no seed"))
    if wanted.system.strip() and not told.system:
        notes.append(_("no system instruction"))
    if wanted.temperature is not None and told.temperature is None:
        notes += [] if fields.TEMPERATURE in said else [_("no temperature")]
    if wanted.thinking and not told.thinking and fields.THINKING not in said:
        notes.append(_("no thinking level {level}").format(level=thinking_word(wanted.thinking)))
    if wanted.search and not told.search and fields.SEARCH not in said:
        notes.append(_("no web search"))
    elif wanted.search and wanted.image_search and not told.image_search:
        notes += [] if fields.IMAGE_SEARCH in said else [_("no image search")]
    if wanted.detail and not told.detail and fields.DETAIL not in said:
        level = detail_word(wanted.detail)
        notes.append(_("no reference detail {level}").format(level=level))
    if wanted.safety and not told.safety and fields.SAFETY not in said:
        notes.append(_("no safety settings"))
    return notes


def _aspect(
    wanted: str, model: Model, *, match: bool, ratio: float | None, known: bool
) -> tuple[str, str]:
    if not model.aspects or wanted in model.offered_aspects or (wanted == MATCH and match):
        return wanted, ""
    if wanted == MATCH:
        used = nearest_aspect(ratio or 1.0, model.aspects)
        return used, _("No input picture to match, using {used}").format(used=used)
    if not known:
        return wanted, ""
    try:
        used = nearest_aspect(AspectRatio.parse(wanted).value, model.aspects)
    except ValueError:
        used = model.aspects[0]
    return used, _not_offered(wanted, used)


def _not_offered(wanted: str, used: str) -> str:
    # Translators: {wanted} and {used} are sizes or aspect ratios.
    return _("{wanted} not available, using {used}").format(wanted=wanted, used=used)


def nearest_size(wanted: str, among: Sequence[str]) -> str:
    """The closest size of `among`; the first one if `wanted` is not a number."""
    edge = edge_of(wanted)
    if edge is None:
        return among[0]
    return min(among, key=lambda s: abs(math.log((edge_of(s) or 1) / edge)))


def edge_of(size: str) -> int | None:
    """Edge in pixels of a size such as "512" or "2K"; None for other spellings."""
    found = re.fullmatch(r"(\d+)\s*([kK]?)", size.strip())
    if not found or not int(found[1]):
        return None
    return int(found[1]) * (1024 if found[2] else 1)


def in_order(references: Sequence[Reference]) -> tuple[Reference, ...]:
    """Sources first, otherwise in the same order."""
    return tuple(sorted(references, key=lambda one: one.role is not Role.EDIT))


def fitting(draft: Draft, takes: int) -> tuple[Reference, ...]:
    """References of a draft that fit a model's limit per prompt."""
    sources, references = draft.sources, draft.references
    # Several sources are sent one by one.
    return references[: takes + len(sources) - 1 if takes and len(sources) > 1 else takes]
