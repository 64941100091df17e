"""Reference pictures: decode them, and grade the one being edited.

A sketch whose file still contains its recipe is painted anew in another light; any other picture is
graded along the palette from its darks to its lights.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageChops, ImageOps

from studio.providers.sketch import sky
from studio.providers.sketch.colour import Colour
from studio.providers.sketch.recipe import Recipe
from studio.providers.sketch.scene import Scene

# Name of the PNG text chunk with the recipe of a sketch.
RECIPE = "Gridbrush sketch"
_STRIP = 256
_GROUND = (0x80, 0x80, 0x80)
# A larger picture would take more memory when decoded than the painting itself.
_MOST_PIXELS = 60_000_000

_UNREADABLE = (
    OSError,
    ValueError,
    SyntaxError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


class UnreadableInputError(ValueError):
    """A reference picture cannot be decoded; the message says which one."""


@contextmanager
def _reference(data: bytes, number: int) -> Iterator[Image.Image]:
    """The picture, not decoded yet. Converts errors in the block to UnreadableInputError."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            yield image
    except UnreadableInputError:
        raise
    except _UNREADABLE as error:
        raise UnreadableInputError(f"Reference picture {number} cannot be read: {error}") from error


def opened(data: bytes, number: int = 1) -> Image.Image:
    """The decoded picture, upright, mode RGB. Raises UnreadableInputError."""
    with _reference(data, number) as image:
        # A JPEG may be read at a fraction of its size; nothing larger than 4K is needed.
        image.draft("RGB", (4096, 4096))
        if image.width * image.height > _MOST_PIXELS:
            raise UnreadableInputError(f"Reference picture {number} has too many pixels")
        upright = ImageOps.exif_transpose(image)
        if not upright.has_transparency_data:
            return upright.convert("RGB")
        # Transparent parts are shown over a middle grey, as in thumbnails.
        clear = upright.convert("RGBA")
        ground = Image.new("RGB", clear.size, _GROUND)
        ground.paste(clear, mask=clear.getchannel("A"))
        return ground


def pixels_of(data: bytes, number: int = 1) -> tuple[int, int]:
    """Upright width and height of an encoded picture. Raises UnreadableInputError."""
    with _reference(data, number) as image:
        turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
        return (image.height, image.width) if turned else image.size


def recipe_of(data: bytes) -> Recipe | None:
    """The recipe in the file of a sketch; None for any other picture."""
    try:
        with _reference(data, 1) as image:
            text = image.info.get(RECIPE)
    except UnreadableInputError:
        return None
    return Recipe.read(text) if isinstance(text, str) else None


def colours_of(data: bytes, number: int = 1) -> list[Colour]:
    """The ten main colours of a picture. Raises UnreadableInputError."""
    small = opened(data, number)
    small.thumbnail((96, 96))
    chosen = small.quantize(10, Image.Quantize.MEDIANCUT)
    flat = chosen.getpalette() or [128, 128, 128]
    found = chosen.getcolors() or []
    return [
        (flat[3 * index], flat[3 * index + 1], flat[3 * index + 2])
        for _, index in sorted(found, reverse=True, key=lambda entry: entry[0])
        if isinstance(index, int)
    ]


def grade(scene: Scene, picture: Image.Image, strength: float) -> None:
    """Paint a picture with its tones mapped to the palette, darks to lights, then the weather.

    `strength` is the share of the palette in its colours, from 0 to 1.
    """
    width, height = scene.image.size
    fitted = picture
    if picture.size != scene.image.size:
        fitted = ImageOps.fit(picture, (width, height), Image.Resampling.BICUBIC)
    scale = scene.palette.tonal_scale()
    flat = [colour[channel] for channel in range(3) for colour in scale]
    for y in range(0, height, _STRIP):
        scene.check_stop()
        box = (0, y, width, min(height, y + _STRIP))
        strip = fitted.crop(box)
        grey = strip.convert("L")
        painted = Image.merge("RGB", (grey, grey, grey)).point(flat)
        scene.image.paste(Image.blend(strip, painted, strength), box)
    if "stars" in scene.recipe.extras:
        sky.paint_stars(scene, scene.high * 0.4)
    sky.paint_extras(scene, scene.high * 0.6)
    sky.paint_weather(scene, scene.high * 0.62)


def likeness(one: Image.Image, other: Image.Image) -> float:
    """Correlation of light and shade: 1 if alike, 0 if unrelated, -1 for a negative."""
    a, b = (
        picture.convert("L").resize((24, 24), Image.Resampling.BOX).tobytes()
        for picture in (one, other)
    )
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    shared = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
    own = sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b)
    return shared / math.sqrt(own) if own else 0.0


def keep_masked(scene: Scene, picture: Image.Image, mask: Image.Image) -> None:
    """Put the unedited picture back wherever the mask is dark."""
    size = scene.image.size
    kept = ImageOps.fit(picture, size, Image.Resampling.BICUBIC)
    window = ImageChops.invert(ImageOps.fit(mask.convert("L"), size, Image.Resampling.BICUBIC))
    scene.image.paste(kept, (0, 0), window)
