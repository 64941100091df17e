"""Painting, from a brief to the bytes of a PNG; slow, so it runs on a thread of its own.

The bytes depend on the brief alone: the same prompt, size, seed and inputs give the same file.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from PIL.PngImagePlugin import PngInfo

from studio.common import json_reader
from studio.providers.sketch import (
    faults,
    forest,
    guides,
    icon,
    land,
    pattern,
    plants,
    repaint,
    roles,
    sea,
    still,
    town,
)
from studio.providers.sketch.brief import Brief, PromptReading, SketchInput, read_prompt
from studio.providers.sketch.colour import Colour, hsl
from studio.providers.sketch.palettes import (
    LIGHTS,
    MANNERS,
    ScenePalette,
    drawn_from,
    tinted,
    turned,
    weathered,
)
from studio.providers.sketch.recipe import Recipe, planned
from studio.providers.sketch.scene import Scene
from studio.providers.sketch.sizes import Size

SOFTWARE = "Gridbrush offline sketch, not AI"

MOTIFS: dict[str, Callable[[Scene], None]] = {
    "city": town.paint_city,
    "dunes": land.paint_dunes,
    "forest": forest.paint_forest,
    "hills": land.paint_hills,
    "icon": icon.paint_icon,
    "kelp": plants.paint_kelp,
    "leaves": plants.paint_leaves,
    "lighthouse": sea.paint_lighthouse,
    "mountains": land.paint_mountains,
    "pattern": pattern.paint_pattern,
    "still_life": still.paint_still_life,
    "waves": sea.paint_waves,
}

_DESCRIPTION = 20_000
# Minimum likeness between a picture and its edit in another light.
_SAME_PICTURE = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """A finished sketch.

    Attributes:
        png: the file.
        motif: its name, "" for a picture that was repainted.
        mood: name of its weather or light.
        notes: features of references that were not used, by number of the picture.
    """

    png: bytes
    motif: str
    mood: str
    notes: tuple[tuple[int, roles.RoleNote], ...] = ()


def paint(brief: Brief, stop: threading.Event | None = None) -> Sketch:
    """Paint the picture of a brief.

    Raises canvas.PaintingStopped soon after `stop` is set, and repaint.UnreadableInputError for a
    reference that is not a picture.
    """
    brief = faults.with_other_shape(brief)
    guidance = roles.guided(brief, read_prompt("\n".join((brief.prompt, *brief.marks))))
    reading, found = guidance.reading, guidance.colours
    edited = brief.edited
    parent = _recipe_within(edited)
    asks_colours = reading.says_colours or bool(found)
    if parent is None:
        recipe = planned(brief, reading, found)
        recipe = roles.arranged(brief, recipe, guidance, MOTIFS[recipe.motif], stop)
    else:
        recipe = parent.moved(reading, asks_colours=asks_colours)
    palette = _mixed_palette(brief, recipe, reading, found)
    scene = Scene(brief.size, palette, recipe, stop)
    if edited is None or (parent is not None and _keeps_picture(brief.size, parent, scene)):
        MOTIFS[recipe.motif](scene)
        scene.grain(brief.seed, 0.8 if recipe.motif == "icon" else 1.0)
        saved: Recipe | None = recipe
    else:
        number = brief.inputs.index(edited) + 1
        picture = repaint.opened(edited.data, number)
        if edited.role == roles.PADDED:
            picture = guides.without_borders(picture)
        repaint.grade(scene, picture, 0.88 if asks_colours else 0.3)
        # Less grain than usual, because the edited picture already has a texture.
        scene.grain(brief.seed, 0.5)
        saved = None
    if edited is not None:
        _keep_outside(scene, brief, edited)
        faults.spoil(scene, brief, edited)
    return Sketch(
        png=_encoded(scene, brief, saved),
        motif=recipe.motif if saved else "",
        mood=recipe.weather or recipe.light,
        notes=tuple(guidance.notes),
    )


def _keep_outside(scene: Scene, brief: Brief, edited: SketchInput) -> None:
    """Restore the edited picture outside the area that was to be changed."""
    masks = [reference for reference in brief.inputs if reference.role == "mask"]
    picture = repaint.opened(edited.data)
    if masks:
        repaint.keep_masked(scene, picture, repaint.opened(masks[-1].data))
    elif (marked := brief.with_role(roles.MARKED)) is not None:
        number = brief.inputs.index(marked) + 1
        repaint.keep_masked(
            scene, picture, guides.marked_area(picture, repaint.opened(marked.data, number))
        )
    elif edited.role == roles.PADDED:
        repaint.keep_masked(scene, picture, guides.borders(picture))


def _recipe_within(edited: SketchInput | None) -> Recipe | None:
    recipe = repaint.recipe_of(edited.data) if edited else None
    if recipe is None or recipe.motif not in MOTIFS or recipe.light not in LIGHTS:
        return None
    known = recipe.weather in ("", *LIGHTS) and recipe.manner in ("", *MANNERS)
    return recipe if known else None


def _keeps_picture(size: Size, parent: Recipe, child: Scene) -> bool:
    # Some lights turn a picture into its negative (a pattern on a dark ground), which would not be
    # an edit of it. Two small studies reveal this, whatever the requested size.
    shorter = min(size)
    small = (round(96 * size[0] / shorter), round(96 * size[1] / shorter))
    before = Scene(small, LIGHTS[parent.light], parent)
    after = Scene(small, child.palette, child.recipe)
    for study in (before, after):
        MOTIFS[study.recipe.motif](study)
    return repaint.likeness(before.image, after.image) > _SAME_PICTURE


def _mixed_palette(
    brief: Brief, recipe: Recipe, reading: PromptReading, found: list[Colour]
) -> ScenePalette:
    palette = LIGHTS[recipe.light]
    if recipe.weather and recipe.weather != recipe.light:
        palette = weathered(palette, recipe.weather)
    if found:
        palette = drawn_from(palette, found)
    elif recipe.hue is not None:
        palette = tinted(palette, recipe.hue)
    drift = Random(f"drift {brief.seed}").random() * 2 - 1
    if brief.edited and not reading.says_colours and not found:
        # No colour was requested: shift enough that parent and child differ.
        drift = drift * 16 + (14 if drift > 0 else -14)
    else:
        drift *= 5
    if recipe.light != "mono":
        palette = turned(palette, drift)
    if recipe.manner:
        palette = palette.in_manner(recipe.manner)
    if reading.sun_hue is not None:
        palette = replace(palette, sun=hsl(reading.sun_hue, 0.72, 0.6))
    if reading.accent_hue is not None:
        palette = replace(palette, accent=hsl(reading.accent_hue, 0.6, 0.46))
    return palette


def _encoded(scene: Scene, brief: Brief, recipe: Recipe | None) -> bytes:
    info = PngInfo()
    info.add_text("Software", SOFTWARE)
    readable = brief.prompt[:_DESCRIPTION].replace("\0", "").encode("utf-8", "replace").decode()
    info.add_itxt("Description", readable, lang="", tkey="")
    info.add_text("Seed", str(brief.seed))
    if recipe is not None:
        info.add_itxt(repaint.RECIPE, json_reader.encode(recipe).decode())
    scene.check_stop()
    file = io.BytesIO()
    scene.image.save(file, "PNG", pnginfo=info, compress_level=3)
    return file.getvalue()
