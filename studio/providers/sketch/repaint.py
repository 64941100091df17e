"""Editing a picture: its composition stays, the prompt's colours come over it.

A sketch that still carries its recipe is painted anew in another light; any other picture is
graded along the palette from its darks to its lights.
"""

from __future__ import annotations

import io
import json
import math
from dataclasses import asdict, dataclass

from PIL import Image, ImageChops, ImageOps

from studio.common import json_reader
from studio.providers.sketch.canvas import SketchCanvas
from studio.providers.sketch.colour import Colour
from studio.providers.sketch.palettes import ScenePalette

# The PNG text chunk that holds the recipe of a sketch.
RECIPE = "Gridbrush sketch"
_STRIP = 256
_GROUND = (0x80, 0x80, 0x80)
# Decoded, a larger picture would take more memory than the painting itself.
_MOST_PIXELS = 60_000_000

_UNREADABLE = (
    OSError,
    ValueError,
    SyntaxError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


class UnreadableInputError(ValueError):
    """A reference picture cannot be decoded; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a sketch was painted, written into its file so that an edit can begin from it.

    Attributes:
        motif: what it shows; light, weather: in which light.
        form: what seeds the composition.
        hue, manner: how the palette was tinted.
        choice: which variant of the motif.
        extras: small things in it.
    """

    motif: str
    form: str
    light: str
    weather: str = ""
    hue: float | None = None
    manner: str = ""
    choice: str = ""
    extras: tuple[str, ...] = ()

    def text(self) -> str:
        """The recipe as JSON on one line."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> Recipe | None:
        """The recipe in that JSON, or None when it is something else."""
        try:
            value = json_reader.plain(text)
            hue = value["hue"]
            return cls(
                motif=str(value["motif"]),
                form=str(value["form"]),
                light=str(value["light"]),
                weather=str(value["weather"]),
                hue=None if hue is None else float(hue),
                manner=str(value["manner"]),
                choice=str(value["choice"]),
                extras=tuple(str(extra) for extra in value["extras"]),
            )
        except (ValueError, KeyError, TypeError):
            return None


def opened(data: bytes, number: int = 1) -> Image.Image:
    """The decoded picture, upright, mode RGB. Raises UnreadableInputError."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            # A JPEG may be read at a fraction of its size; nothing larger than 4K is needed.
            image.draft("RGB", (4096, 4096))
            if image.width * image.height > _MOST_PIXELS:
                raise UnreadableInputError(f"Reference picture {number} has too many pixels")
            return _on_ground(ImageOps.exif_transpose(image))
    except UnreadableInputError:
        raise
    except _UNREADABLE as error:
        raise UnreadableInputError(f"Reference picture {number} cannot be read: {error}") from error


def _on_ground(image: Image.Image) -> Image.Image:
    """Mode RGB; see-through parts become a middle grey, as in thumbnails."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    clear = image.convert("RGBA")
    ground = Image.new("RGB", clear.size, _GROUND)
    ground.paste(clear, mask=clear.getchannel("A"))
    return ground


def pixels_of(data: bytes, number: int = 1) -> tuple[int, int]:
    """Width and height of an encoded picture as it stands upright. Raises UnreadableInputError."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
            return (image.height, image.width) if turned else image.size
    except _UNREADABLE as error:
        raise UnreadableInputError(f"Reference picture {number} cannot be read: {error}") from error


def recipe_of(data: bytes) -> Recipe | None:
    """The recipe a sketch carries; None for any other picture."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            text = image.info.get(RECIPE)
    except _UNREADABLE:
        return None
    return Recipe.read(text) if isinstance(text, str) else None


def colours_of(data: bytes, number: int = 1, count: int = 10) -> list[Colour]:
    """The main colours of a picture. Raises UnreadableInputError."""
    small = opened(data, number)
    small.thumbnail((96, 96))
    chosen = small.quantize(count, Image.Quantize.MEDIANCUT)
    flat = chosen.getpalette() or [128, 128, 128]
    found = chosen.getcolors() or []
    return [
        (flat[3 * index], flat[3 * index + 1], flat[3 * index + 2])
        for _, index in sorted(found, reverse=True, key=lambda entry: entry[0])
        if isinstance(index, int)
    ]


def grade(
    canvas: SketchCanvas, picture: Image.Image, palette: ScenePalette, strength: float
) -> None:
    """Lay a picture on the canvas, its darks and lights in the palette's own.

    `strength` is how much of the picture's colours the palette replaces, from 0 to 1.
    """
    width, height = canvas.image.size
    fitted = picture
    if picture.size != canvas.image.size:
        fitted = ImageOps.fit(picture, (width, height), Image.Resampling.BICUBIC)
    scale = palette.toned_scale()
    flat = [colour[channel] for channel in range(3) for colour in scale]
    for y in range(0, height, _STRIP):
        box = (0, y, width, min(height, y + _STRIP))
        canvas.rest()
        strip = fitted.crop(box)
        grey = strip.convert("L")
        painted = Image.merge("RGB", (grey, grey, grey)).point(flat)
        mixed = Image.blend(strip, painted, strength)
        canvas.image.paste(mixed, box)


def likeness(one: Image.Image, other: Image.Image) -> float:
    """How far light and shade lie in the same places: 1 alike, 0 unrelated, -1 a negative."""
    a, b = (
        picture.convert("L").resize((24, 24), Image.Resampling.BOX).tobytes()
        for picture in (one, other)
    )
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    shared = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
    own = sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b)
    return shared / math.sqrt(own) if own else 0.0


def through_mask(canvas: SketchCanvas, picture: Image.Image, mask: Image.Image) -> None:
    """Put the unedited picture back wherever the mask is dark."""
    size = canvas.image.size
    kept = ImageOps.fit(picture, size, Image.Resampling.BICUBIC)
    window = ImageChops.invert(ImageOps.fit(mask.convert("L"), size, Image.Resampling.BICUBIC))
    canvas.image.paste(kept, (0, 0), window)
