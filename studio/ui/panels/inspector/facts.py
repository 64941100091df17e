"""Facts of one or several pictures as rows of text, without widgets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from studio.common.display_text import one_line
from studio.common.i18n import _, listed, ngettext, number, pgettext, short_number
from studio.domain.derivation import Derivation, Operation
from studio.domain.entities import MADE_WITH, Advanced, CostBasis, Drift, Picture, Role
from studio.domain.request_fields import detail_word, thinking_word
from studio.domain.safety import level_of
from studio.ui.support import formatting


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """One row: label, value, and a supplement in a dimmer colour.

    Attributes:
        role: the colour role of the value; "warn" rows have an icon and no label.
        note_role: the colour role of the supplement.
    """

    label: str
    value: str
    note: str = ""
    role: str = "text"
    note_role: str = "text3"


_LEAST_SHIFT = 0.05
"""Pixels below which no shift is reported."""


def warnings(picture: Picture) -> tuple[str, ...]:
    """Warnings to read before relying on this picture."""
    said: list[str] = []
    if picture.missing:
        said.append(_("File missing"))
    if picture.draft:
        said.append(_("Draft from an earlier step"))
    if asked := formatting.aspect_mismatch(picture):
        said.append(asked)
    if picture.late:
        said.append(_("Arrived later than expected"))
    if picture.delivered_model and picture.model and picture.delivered_model != picture.model:
        said.append(
            _("Requested {asked}, made by {got}").format(
                asked=picture.model, got=picture.delivered_model
            )
        )
    said.extend(word for word in picture.warnings if word not in said)
    return tuple(said)


def origin(picture: Picture) -> str:
    """Source of a picture that no image model made; empty otherwise."""
    return _("Offline sketch, not AI") if picture.offline else ""


def details(
    picture: Picture,
    *,
    names: Sequence[str] = (),
    within: Sequence[str] = (),
    drift: Drift | None = None,
    now: float | None = None,
) -> list[FactRow]:
    """Details of one picture; unknown values are omitted or marked as unknown.

    `names` are the names of its input pictures, `within` those of its collections.
    """
    size = formatting.pixels(picture.width, picture.height)
    shape = formatting.shape(picture.width, picture.height)
    facts = [
        FactRow(label=_("Size"), value=f"{size} · {shape}" if shape else size),
        FactRow(
            label=_("File"),
            value=f"{formatting.kind(picture.media_type)} · {formatting.megabytes(picture.bytes)}",
        ),
    ]
    if picture.model:
        facts.append(FactRow(label=_("Model"), value=picture.model))
    made = formatting.when(picture.created, now=now)
    if picture.imported:
        facts.append(FactRow(label=_("Imported"), value=made))
        facts.append(FactRow(label=_("From file"), value=one_line(picture.imported)))
    else:
        if picture.seconds is not None:
            made = _("{when}, in {seconds}").format(
                when=made, seconds=formatting.duration(picture.seconds)
            )
        facts.append(FactRow(label=_("Created"), value=made))
    if not picture.imported or picture.cost_usd is not None:
        facts.append(_cost(picture))
    if picture.conversation is not None and picture.conversation.turns > 1:
        turn = _("turn {n}").format(n=number(picture.conversation.turns))
        facts.append(FactRow(label=_("Conversation"), value=turn))
    if picture.seed is not None:
        facts.append(FactRow(label=_("Seed"), value=str(picture.seed)))
    facts += choices(picture)
    if names:
        facts.append(FactRow(label=_("Made from"), value=listed(names)))
    if picture.derivation is not None:
        facts.append(_made_here(picture.derivation))
    if drift is not None:
        facts.append(_drift(drift))
    if within:
        facts.append(FactRow(label=_("Collections"), value=listed(within)))
    return facts


def _made_here(made: Derivation) -> FactRow:
    """Operation by which a picture was made here, without a model."""
    done = {
        Operation.ONLY_HERE: _("changed in a region"),
        Operation.REFRAME: _("extended"),
        Operation.CROP: _("cropped"),
    }[made.operation]
    # Translators: {n} is the number of pixels that have to be those of the original.
    proof = _("0 of {n} px outside changed").format(n=number(made.outside))
    return FactRow(label=_("Made here"), value=done, note=proof)


def proof(picture: Picture) -> list[FactRow]:
    """Numbers of the proof of a picture made here, as far as its record has them.

    The pixels outside were compared in the saved file; a picture with any difference is not
    recorded.
    """
    made = picture.derivation
    if made is None:
        return []
    whole = made.operation is not Operation.ONLY_HERE
    rows = [
        FactRow(
            label=_("Original") if whole else _("Outside"),
            value=_pixels(made.outside),
            # Translators: of the pixels outside of a region, or of the original.
            note=_("0 changed"),
            note_role="ok",
        )
    ]
    if made.operation is Operation.CROP:
        return rows
    if longest := _longer_side(picture, made):
        region = None if picture.markup is None else picture.markup.region
        # Old and new are blended over no less than the region's own soft edge.
        feather = 0 if region is None else math.ceil(region.feather * longest)
        seam = max(round(made.seam * longest), feather)
        rows.append(FactRow(label=_("Seam"), value=_pixels(seam)))
    new = picture.width * picture.height - made.outside
    rows.append(
        FactRow(
            label=_("New area") if whole else _("Inside"),
            value=_pixels(new),
            # Translators: the pixels of a picture that a model changed, or added.
            note=_("from the model"),
        )
    )
    # Translators: the colours beside a region, or at the border of the original.
    label = _("Ring colours")
    matched = _("matched") if made.match else _("not matched")
    rows.append(FactRow(label=label, value=matched))
    shift = math.hypot(made.shift_x, made.shift_y)
    if shift >= _LEAST_SHIFT:
        pixels = _("{n} px").format(n=number(shift, 1))
        # Translators: by how much the model's answer was off.
        label = _("Shift")
        rows.append(FactRow(label=label, value=pixels, note=_("corrected")))
    return rows


def _longer_side(picture: Picture, made: Derivation) -> int:
    """Longer side of the parent in pixels; 0 if unknown."""
    if made.operation is Operation.ONLY_HERE:
        return max(picture.width, picture.height)
    frame = next(iter(picture.markup.frames), None) if picture.markup is not None else None
    if frame is None or frame.right <= frame.left or frame.bottom <= frame.top:
        return 0
    across, down = frame.right - frame.left, frame.bottom - frame.top
    return round(max(picture.width / across, picture.height / down))


def _pixels(n: int) -> str:
    return _("{n} px").format(n=number(n))


def _drift(drift: Drift) -> FactRow:
    """Difference of an edit from the picture it was made from."""
    if drift.share is None:
        return FactRow(label=_("Changed"), value=_("does not line up with the original"))
    shift = math.hypot(drift.shift_x, drift.shift_y)
    # Translators: how far the content of a picture moved against the original.
    note = _("shifted {n} px").format(n=number(shift, 1))
    return FactRow(label=_("Changed"), value=formatting.percent(drift.share), note=note)


def settings(picture: Picture) -> list[FactRow]:
    """Settings read from an imported file, in the wording of the program that made it."""
    return [
        FactRow(label=_("Made with") if name == MADE_WITH else name, value=value)
        for name, value in picture.settings
    ]


def choices(picture: Picture) -> list[FactRow]:
    """Advanced choices that differ from the model's defaults."""
    chosen = picture.advanced or Advanced()
    safety = listed(
        f"{one.category.replace('_', ' ').lower()}: {level_of(one.threshold)}"
        for one in chosen.safety
    )
    rows = (
        (_("Temperature"), "" if chosen.temperature is None else short_number(chosen.temperature)),
        (_("Thinking"), thinking_word(chosen.thinking)),
        (pgettext("web search", "Search"), _searched(chosen)),
        (_("Reference detail"), detail_word(chosen.detail)),
        (_("Safety"), safety),
        (_("Instruction"), chosen.system.strip()),
        (_("Extra fields"), one_line(picture.extra_fields)),
    )
    return [FactRow(label=label, value=value) for label, value in rows if value]


def _searched(chosen: Advanced) -> str:
    if chosen.search and chosen.image_search:
        return _("web and images")
    return _("yes") if chosen.search else ""


def parent_names(picture: Picture, known: Sequence[Picture] = ()) -> tuple[str, ...]:
    """Names of the input pictures; pictures of the library by their current names."""
    by_id = {other.id: other for other in known}
    names: list[str] = []
    for parent in picture.parents:
        other = by_id.get(parent.picture or "")
        name = one_line(other.name if other else parent.name)
        if name and name not in names and parent.role not in (Role.MASK, Role.ANSWER):
            names.append(name)
    return tuple(names)


def several(pictures: Sequence[Picture]) -> list[FactRow]:
    """Summary of several pictures."""
    made_here = [p for p in pictures if not p.imported or p.cost_usd is not None]
    known = [p.cost_usd for p in made_here if _known_cost(p)]
    unknown = len(made_here) - len(known)
    note = ""
    if unknown and known:
        note = ngettext("+ {n} of unknown price", "+ {n} of unknown price", unknown).format(
            n=number(unknown)
        )
    if made_here and all(p.offline and not p.cost_usd for p in made_here):
        total = _("free")
    else:
        total = formatting.about(sum(cost or 0 for cost in known)) if known else _("unknown")
    facts = [FactRow(label=_("Cost"), value=total, note=note)] if made_here else []
    facts.append(
        FactRow(label=_("Files"), value=formatting.megabytes(sum(p.bytes for p in pictures)))
    )
    for label, values in (
        (_("Models"), {p.model for p in pictures if p.model}),
        (_("Aspect ratios"), {formatting.shape(p.width, p.height) for p in pictures}),
    ):
        if values:
            facts.append(FactRow(label=label, value=listed(sorted(values))))
    return facts


def _known_cost(picture: Picture) -> bool:
    return picture.cost_usd is not None and picture.cost_basis is not CostBasis.UNKNOWN


def _cost(picture: Picture) -> FactRow:
    if picture.offline and not picture.cost_usd:
        return FactRow(label=_("Cost"), value=_("free"))
    value, note = formatting.cost(picture.cost_usd, picture.cost_basis)
    if picture.cost_usd and picture.grounding is not None and (n := picture.grounding.billed):
        searches = ngettext("{n} search", "{n} searches", n).format(n=number(n))
        note = " · ".join(words for words in (note, searches) if words)
    known = _known_cost(picture)
    return FactRow(label=_("Cost"), value=value, note=note, role="text" if known else "text3")
