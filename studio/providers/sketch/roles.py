"""Roles of references: the features that a sketch takes from each, and those that it cannot."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from studio.domain import sentences
from studio.domain.entities import Role
from studio.domain.sentences import GuideWords
from studio.providers.sketch import repaint, vocabulary
from studio.providers.sketch.brief import Brief, PromptReading, SketchInput
from studio.providers.sketch.colour import Colour, to_hsl
from studio.providers.sketch.palettes import LIGHTS
from studio.providers.sketch.recipe import Recipe
from studio.providers.sketch.scene import Scene

UNKNOWN = "unknown"
"""Role of a reference whose sentence the painter does not understand."""

MARKED = "marked"
"""Role of a copy of the edited picture with marks, or with a region in a flat colour."""

PADDED = "padded"
"""Role of an edited picture with flat borders that are to be painted."""

OVERVIEW = "overview"
"""Role of a picture that only shows from where the edited one was cropped."""

_GUIDES = {
    GuideWords.MARKS: MARKED,
    GuideWords.REGION: MARKED,
    GuideWords.MARKS_ALONE: "edit",
    GuideWords.REGION_ALONE: "edit",
    GuideWords.CROP: OVERVIEW,
    GuideWords.FRAME: PADDED,
}

_GUIDE_KEYWORDS = (
    (OVERVIEW, re.compile(r"\bcut from\b|\bred frame\b", re.IGNORECASE)),
    (PADDED, re.compile(r"\b(grey|flat) borders?\b", re.IGNORECASE)),
    (MARKED, re.compile(r"\b(numbered marks?|marked|red area)\b", re.IGNORECASE)),
)

_TRIES = 8
_STUDY = 96

# In order of precedence, for sentences with words of several roles.
_KEYWORDS = (
    (Role.STYLE, re.compile(r"\b(style|brush|paint(ed)? like|drawn? like|look)\b", re.IGNORECASE)),
    (Role.PALETTE, re.compile(r"\b(palette|colou?rs?|shades|tones)\b", re.IGNORECASE)),
    (
        Role.COMPOSITION,
        re.compile(r"\b(arrange[d]?|composition|composed|layout|framing|framed)\b", re.IGNORECASE),
    ),
    (Role.SUBJECT, re.compile(r"\b(show|subject|thing|object|person|product)\b", re.IGNORECASE)),
)


class RoleNote(StrEnum):
    """Note about the features of a reference that were not used."""

    SUBJECT = "subject"  # nothing was taken
    PROPORTIONS = "proportions"  # only the kind of thing was taken
    BRUSH = "brush"  # only colours and tone were taken
    COMPOSITION = "composition"  # nothing was taken
    ROUGHLY = "roughly"  # the composition is only similar
    SENTENCE = "sentence"  # its sentence names no known role


@dataclass(frozen=True, slots=True)
class Guidance:
    """Instructions from the references of a brief.

    Attributes:
        reading: the prompt's meaning, with additions from the references.
        colours: colours to use; empty for none.
        composition: reference whose arrangement to follow.
        notes: features that were not used, by number of the picture.
    """

    reading: PromptReading
    colours: list[Colour]
    composition: SketchInput | None = None
    notes: list[tuple[int, RoleNote]] = field(default_factory=list)


def role_of(sentence: str) -> str:
    """Role of a reference by its sentence, which may be the user's own."""
    for role, usual in sentences.DEFAULTS.items():
        if sentence == usual:
            return role.value
    for guide, usual in sentences.GUIDES.items():
        # If there are two sentences about one picture, the first one counts.
        if sentence.startswith(usual):
            return _GUIDES[guide]
    for found, words in _GUIDE_KEYWORDS:
        if words.search(sentence):
            return found
    return next((role.value for role, words in _KEYWORDS if words.search(sentence)), UNKNOWN)


def guided(brief: Brief, reading: PromptReading) -> Guidance:
    """Add the references to the prompt's meaning. Raises repaint.UnreadableInputError."""
    numbered = list(enumerate(brief.inputs, 1))
    notes: list[tuple[int, RoleNote]] = []
    composition: SketchInput | None = None
    palettes = [(n, one) for n, one in numbered if one.role == Role.PALETTE]
    styles = [(n, one) for n, one in numbered if one.role == Role.STYLE]
    for number, one in numbered:
        # A reference that is not a picture is refused even if it is not used, as by a service.
        repaint.pixels_of(one.data, number)
        if one.role == Role.SUBJECT:
            reading, note = _with_subject(brief, reading, one)
            notes.append((number, note))
        elif one.role == Role.STYLE:
            manner = _manner_of(repaint.colours_of(one.data, number))
            reading = replace(reading, manner=reading.manner or manner)
            notes.append((number, RoleNote.BRUSH))
        elif one.role == Role.COMPOSITION:
            if brief.edited is not None or composition is not None:
                notes.append((number, RoleNote.COMPOSITION))
            else:
                composition = one
        elif one.role == UNKNOWN:
            notes.append((number, RoleNote.SENTENCE))
    colours = [
        colour
        for number, one in palettes or styles
        for colour in repaint.colours_of(one.data, number)
    ]
    return Guidance(reading, colours, composition, notes)


def arranged(
    brief: Brief,
    recipe: Recipe,
    guidance: Guidance,
    motif: Callable[[Scene], None],
    stop: threading.Event | None,
) -> Recipe:
    """The recipe in the arrangement most similar to the reference for the composition.

    The arrangement of a sketch of the same motif is adopted; for other references, the best of a
    few arrangements is chosen.
    """
    if (wanted := guidance.composition) is None:
        return recipe
    own = repaint.recipe_of(wanted.data)
    if own is not None and own.motif == recipe.motif:
        return replace(recipe, form=own.form)
    number = brief.inputs.index(wanted) + 1
    guidance.notes.append((number, RoleNote.ROUGHLY))
    picture = repaint.opened(wanted.data, number)
    shorter = min(brief.size)
    small = (round(_STUDY * brief.size[0] / shorter), round(_STUDY * brief.size[1] / shorter))

    def alike(tried: Recipe) -> float:
        study = Scene(small, LIGHTS[tried.light], tried, stop)
        motif(study)
        return repaint.likeness(picture, study.image)

    forms = [recipe.form, *(f"{recipe.form} like {k}" for k in range(1, _TRIES))]
    return max((replace(recipe, form=form) for form in forms), key=alike)


def _with_subject(
    brief: Brief, reading: PromptReading, one: SketchInput
) -> tuple[PromptReading, RoleNote]:
    recipe = repaint.recipe_of(one.data)
    if recipe is None or recipe.motif not in vocabulary.MOTIF_ORDER or brief.edited is not None:
        return reading, RoleNote.SUBJECT
    variants = (*((recipe.variant,) if recipe.variant else ()), *reading.variants)
    return replace(reading, motif=recipe.motif, variants=variants), RoleNote.PROPORTIONS


def _manner_of(found: list[Colour]) -> str:
    """The manner with the saturation and brightness of these colours; "" for none."""
    if not found:
        return ""
    tones = [to_hsl(colour) for colour in found]
    saturation = sum(tone[1] for tone in tones) / len(tones)
    lightness = sum(tone[2] for tone in tones) / len(tones)
    if saturation < 0.06:
        return "grey"
    if lightness < 0.22:
        return "dark"
    if lightness > 0.72:
        return "pastel"
    return "muted" if saturation < 0.22 else "vivid" if saturation > 0.6 else ""
