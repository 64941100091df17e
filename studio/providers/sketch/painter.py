"""From a brief to the bytes of a PNG. Everything slow happens here, on a thread of its own.

The bytes depend on the brief alone: the same prompt, size, seed and inputs give the same file.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from PIL.PngImagePlugin import PngInfo

from studio.providers.sketch import air, forest, land, pattern, plants, repaint, sea, still, town
from studio.providers.sketch import icon as icons
from studio.providers.sketch.air import Scene
from studio.providers.sketch.brief import (
    Brief,
    PromptReading,
    SketchInput,
    chosen_motif,
    fingerprint,
    read_prompt,
)
from studio.providers.sketch.canvas import SketchCanvas
from studio.providers.sketch.colour import Colour, hsl, luminance
from studio.providers.sketch.palettes import (
    LIGHTS,
    ScenePalette,
    drawn_from,
    rotated,
    tinted,
    toned,
    weathered,
)
from studio.providers.sketch.repaint import RECIPE, Recipe
from studio.providers.sketch.sizes import Size

SOFTWARE = "Gridbrush offline sketch, not AI"

Motif = Callable[[SketchCanvas, ScenePalette, Scene], None]

MOTIFS: dict[str, Motif] = {
    "city": town.city,
    "dunes": land.dunes,
    "forest": forest.forest,
    "hills": land.hills,
    "icon": icons.icon,
    "kelp": plants.kelp,
    "leaves": plants.leaves,
    "lighthouse": sea.lighthouse,
    "mountains": land.mountains,
    "pattern": pattern.pattern,
    "still_life": still.still_life,
    "waves": sea.waves,
}

# The lights a motif is painted in when the prompt names none.
_USUAL: dict[str, tuple[str, ...]] = {
    "city": ("violet", "dusk", "night", "dawn", "blue"),
    "dunes": ("dusk", "dawn", "noon", "autumn"),
    "forest": ("mist", "mist", "dawn", "blue", "dusk"),
    "hills": ("dusk", "mist", "dawn", "violet", "noon"),
    "kelp": ("noon", "mist", "blue"),
    "lighthouse": ("dusk", "dawn", "noon", "blue"),
    "mountains": ("dawn", "noon", "dusk", "blue"),
    "waves": ("shore", "noon", "dusk", "mist", "dawn"),
}
# Motifs that mix their own colours until the prompt (or a reference) asks for some.
_PLAIN = frozenset({"icon", "pattern", "leaves", "still_life"})
_DESCRIPTION = 20_000
# Least likeness between a picture and its edit in another light.
_SAME_PICTURE = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """A finished sketch.

    Attributes:
        png: the file.
        motif, mood: what it shows and in which light, by their names in the painter.
        edited: made from another picture.
    """

    png: bytes
    motif: str
    mood: str
    seed: int
    edited: bool = False


def paint(brief: Brief, stop: threading.Event | None = None) -> Sketch:
    """Paint what the brief asks for.

    Raises canvas.Stopped soon after `stop` is set, and repaint.UnreadableInputError for a
    reference that is not a picture.
    """
    reading = read_prompt(brief.prompt)
    canvas = SketchCanvas(*brief.size, stop)
    colours = _reference_colours(brief)
    edited = brief.edited
    parent = repaint.recipe_of(edited.data) if edited else None
    if parent is not None and (parent.motif not in MOTIFS or parent.light not in LIGHTS):
        parent = None
    asked = reading.says_colours or bool(colours)
    recipe = _moved(parent, reading, says=asked) if parent else _planned(brief, reading, colours)
    palette = _mixed(brief, recipe, reading, colours, kept=edited is not None)
    if parent is not None and not _holds(brief.size, parent, recipe, palette):
        parent = None
    scene = _scene(recipe)
    if edited is not None and parent is None:
        picture = repaint.opened(edited.data, brief.inputs.index(edited) + 1)
        repaint.grade(canvas, picture, palette, 0.88 if asked else 0.3)
        if "stars" in recipe.extras:
            air.stars(canvas, scene, canvas.high * 0.4)
        air.extras(canvas, palette, scene, canvas.high * 0.6)
        air.weather(canvas, palette, scene, canvas.high * 0.62)
        # The picture below has a surface of its own.
        canvas.grain(brief.seed, 0.5)
    else:
        MOTIFS[recipe.motif](canvas, palette, scene)
        canvas.grain(brief.seed, 0.8 if recipe.motif == "icon" else 1.0)
    _keep_masked(canvas, brief, edited)
    # A graded picture holds no recipe: its composition is in its pixels alone.
    saved = None if edited is not None and parent is None else recipe
    return Sketch(
        png=_encoded(canvas, brief, saved),
        motif=recipe.motif if saved else "",
        mood=recipe.weather or recipe.light,
        seed=brief.seed,
        edited=edited is not None,
    )


def _scene(recipe: Recipe) -> Scene:
    return Scene(
        form=Random(recipe.form),
        light=recipe.light,
        weather=recipe.weather,
        extras=frozenset(recipe.extras),
        choice=recipe.choice,
    )


def _holds(size: Size, parent: Recipe, child: Recipe, palette: ScenePalette) -> bool:
    # Some lights turn a picture into its negative (a pattern on dark ground); as an edit that
    # would be another picture. Two small studies tell, whatever the size asked for.
    shorter = min(size)
    small = (round(96 * size[0] / shorter), round(96 * size[1] / shorter))
    before, after = SketchCanvas(*small), SketchCanvas(*small)
    MOTIFS[parent.motif](before, LIGHTS[parent.light], _scene(parent))
    MOTIFS[child.motif](after, palette, _scene(child))
    return repaint.likeness(before.image, after.image) > _SAME_PICTURE


def _planned(brief: Brief, reading: PromptReading, colours: list[Colour]) -> Recipe:
    motif = reading.motif or chosen_motif(brief.prompt)
    # Without the prompt in it, a changed word keeps the composition and only moves the light.
    form = (
        f"{motif} {brief.seed}"
        if reading.motif
        else f"{motif} {brief.seed} {fingerprint(brief.prompt)}"
    )
    usual = _USUAL.get(motif, ("noon",))
    light = usual[int(Random(f"light {form}").random() * len(usual))]
    if colours:
        bright = sum(luminance(colour) for colour in colours) / len(colours)
        light = "night" if bright < 0.22 else "dusk" if bright < 0.42 else "noon"
    elif reading.hue is not None and motif in _PLAIN:
        light = "noon"
    light = reading.light or reading.weather or light
    weather = "" if light == "mist" and reading.weather == "fog" else reading.weather
    variants = list(reading.variants)
    if motif == "forest" and light == "autumn":
        variants.append("broad")
    says = reading.says_colours or bool(colours)
    return Recipe(
        motif=motif,
        form=form,
        light=light,
        weather=weather,
        hue=reading.hue,
        manner=reading.manner,
        choice=_choice(motif, variants, says_colours=says),
        extras=tuple(sorted(reading.extras)),
    )


def _moved(known: Recipe, reading: PromptReading, *, says: bool) -> Recipe:
    # Only what the new words name changes; a new light also ends the old weather and tint.
    relit = bool(reading.light or reading.weather)
    variants = [*reading.variants, known.choice.split()[-1] if known.choice else ""]
    plain = known.motif in _PLAIN and not says and not known.choice.startswith("scene")
    return replace(
        known,
        light=reading.light or reading.weather or known.light,
        weather=reading.weather if relit else known.weather,
        hue=reading.hue if reading.hue is not None or relit else known.hue,
        manner=reading.manner or known.manner,
        extras=tuple(sorted({*known.extras, *reading.extras})),
        choice=_choice(known.motif, variants, says_colours=not plain),
    )


def _choice(motif: str, variants: list[str], *, says_colours: bool) -> str:
    allowed = {
        "icon": icons.GLYPHS,
        "still_life": frozenset({"bottle", "vase", "fruit"}),
        "forest": frozenset({"broad"}),
        "city": frozenset({"river"}),
    }.get(motif, frozenset())
    variant = next((name for name in variants if name in allowed), "")
    if motif not in _PLAIN:
        return variant
    manner = "scene" if says_colours else "plain" if motif == "still_life" else ""
    return f"{manner} {variant}".strip()


def _mixed(
    brief: Brief, recipe: Recipe, reading: PromptReading, colours: list[Colour], *, kept: bool
) -> ScenePalette:
    palette = LIGHTS[recipe.light]
    if recipe.weather and recipe.weather != recipe.light:
        palette = weathered(palette, recipe.weather)
    if colours:
        palette = drawn_from(palette, colours)
    elif recipe.hue is not None:
        palette = tinted(palette, recipe.hue)
    drift = Random(f"drift {brief.seed}").random() * 2 - 1
    if kept and not reading.says_colours and not colours:
        # Asked for a change without a colour: shift enough that parent and child differ.
        drift = drift * 16 + (14 if drift > 0 else -14)
    else:
        drift *= 5
    if recipe.light != "mono":
        palette = rotated(palette, drift)
    if recipe.manner:
        palette = toned(palette, recipe.manner)
    if reading.sun_hue is not None:
        palette = replace(palette, sun=hsl(reading.sun_hue, 0.72, 0.6))
    if reading.accent_hue is not None:
        palette = replace(palette, accent=hsl(reading.accent_hue, 0.6, 0.46))
    return palette


def _reference_colours(brief: Brief) -> list[Colour]:
    return [
        colour
        for number, reference in enumerate(brief.inputs, 1)
        if reference.role == "palette"
        for colour in repaint.colours_of(reference.data, number)
    ]


def _keep_masked(canvas: SketchCanvas, brief: Brief, edited: SketchInput | None) -> None:
    masks = [reference for reference in brief.inputs if reference.role == "mask"]
    if edited is not None and masks:
        repaint.through_mask(canvas, repaint.opened(edited.data), repaint.opened(masks[-1].data))


def _encoded(canvas: SketchCanvas, brief: Brief, recipe: Recipe | None) -> bytes:
    info = PngInfo()
    info.add_text("Software", SOFTWARE)
    readable = brief.prompt[:_DESCRIPTION].replace("\0", "").encode("utf-8", "replace").decode()
    info.add_itxt("Description", readable, lang="", tkey="")
    info.add_text("Seed", str(brief.seed))
    if recipe is not None:
        info.add_itxt(RECIPE, recipe.text().encode("utf-8", "replace").decode())
    canvas.rest()
    file = io.BytesIO()
    canvas.image.save(file, "PNG", pnginfo=info, compress_level=3)
    return file.getvalue()
