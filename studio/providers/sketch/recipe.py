"""Recipes: how a sketch is painted, from a new prompt or from the sketch it edits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from studio.common import json_reader
from studio.providers.sketch.brief import Brief, PromptReading, chosen_motif, fingerprint
from studio.providers.sketch.colour import Colour, luminance

# Lights in which a motif is painted if the prompt names none.
_USUAL_LIGHTS: dict[str, tuple[str, ...]] = {
    "city": ("violet", "dusk", "night", "dawn", "blue"),
    "dunes": ("dusk", "dawn", "noon", "autumn"),
    "forest": ("mist", "mist", "dawn", "blue", "dusk"),
    "hills": ("dusk", "mist", "dawn", "violet", "noon"),
    "kelp": ("noon", "mist", "blue"),
    "lighthouse": ("dusk", "dawn", "noon", "blue"),
    "mountains": ("dawn", "noon", "dusk", "blue"),
    "waves": ("shore", "noon", "dusk", "mist", "dawn"),
}
# Motifs with their own colours, unless the prompt or a reference specifies colours.
_OWN_COLOURS = frozenset({"icon", "pattern", "leaves", "still_life"})

VARIANTS: dict[str, tuple[str, ...]] = {
    "icon": (
        "bolt", "camera", "chart", "chat", "compass", "heart", "leaf", "lock", "mail", "music",
        "plane", "star", "sun",
    ),
    "still_life": ("bottle", "vase", "fruit"),
    "forest": ("broad",),
    "city": ("river",),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a sketch was painted; stored in its file, so that an edit can start from the recipe.

    Attributes:
        motif: its subject; light, weather: its lighting.
        form: seed of the composition.
        hue, manner: how the palette was tinted.
        choice: "scene" or "plain" for a motif that can have its own colours, then its variant.
        extras: small objects in it.
    """

    motif: str
    form: str
    light: str
    weather: str = ""
    hue: float | None = None
    manner: str = ""
    choice: str = ""
    extras: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> Recipe | None:
        """The recipe in this JSON; None for anything else."""
        try:
            return json_reader.convert(json_reader.plain(text), cls)
        except json_reader.NotUnderstood:
            return None

    @property
    def variant(self) -> str:
        """Variant of the motif, "" for any."""
        return self.choice.split()[-1] if self.choice else ""

    def moved(self, reading: PromptReading, *, asks_colours: bool) -> Recipe:
        """The same composition, changed as a prompt says; a new light resets weather and tint."""
        relit = bool(reading.light or reading.weather)
        in_scene = asks_colours or self.choice.startswith("scene")
        return replace(
            self,
            light=reading.light or reading.weather or self.light,
            weather=reading.weather if relit else self.weather,
            hue=reading.hue if reading.hue is not None or relit else self.hue,
            manner=reading.manner or self.manner,
            extras=tuple(sorted({*self.extras, *reading.extras})),
            choice=_choice(self.motif, [*reading.variants, self.variant], in_scene=in_scene),
        )


def planned(brief: Brief, reading: PromptReading, colours: list[Colour]) -> Recipe:
    """The recipe of a new sketch; `colours` are the colours of its references."""
    motif = reading.motif or chosen_motif(brief.prompt)
    form = f"{motif} {brief.seed}"
    if not reading.motif:
        # For a known motif, the other words of the prompt do not change the composition.
        form += f" {fingerprint(brief.prompt)}"
    light = reading.light or reading.weather or _fitting_light(motif, form, reading, colours)
    variants = list(reading.variants)
    if motif == "forest" and light == "autumn":
        variants.append("broad")
    return Recipe(
        motif=motif,
        form=form,
        light=light,
        weather="" if light == "mist" and reading.weather == "fog" else reading.weather,
        hue=reading.hue,
        manner=reading.manner,
        choice=_choice(motif, variants, in_scene=reading.says_colours or bool(colours)),
        extras=tuple(sorted(reading.extras)),
    )


def _fitting_light(motif: str, form: str, reading: PromptReading, colours: list[Colour]) -> str:
    if colours:
        bright = sum(luminance(colour) for colour in colours) / len(colours)
        return "night" if bright < 0.22 else "dusk" if bright < 0.42 else "noon"
    if reading.hue is not None and motif in _OWN_COLOURS:
        return "noon"
    usual = _USUAL_LIGHTS.get(motif, ("noon",))
    return usual[int(Random(f"light {form}").random() * len(usual))]


def _choice(motif: str, variants: list[str], *, in_scene: bool) -> str:
    allowed = VARIANTS.get(motif, ())
    variant = next((name for name in variants if name in allowed), "")
    if motif not in _OWN_COLOURS:
        return variant
    colouring = "scene" if in_scene else "plain" if motif == "still_life" else ""
    return f"{colouring} {variant}".strip()
