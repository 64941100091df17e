"""The painted picture: its bytes, its pixels, its metadata."""

from __future__ import annotations

import io
import json
import threading

import pytest
from PIL import Image

from studio.providers.sketch.brief import Brief
from studio.providers.sketch.canvas import PaintingStopped
from studio.providers.sketch.painter import MOTIFS, Sketch, paint
from studio.providers.sketch.palettes import LIGHTS
from studio.providers.sketch.recipe import Recipe
from studio.providers.sketch.repaint import RECIPE
from studio.providers.sketch.scene import Scene
from studio.providers.sketch.sizes import pixels, published


def sketched(prompt: str, seed: int = 1, size: tuple[int, int] = (160, 160)) -> Sketch:
    return paint(Brief(prompt=prompt, size=size, seed=seed))


def opened(sketch: Sketch) -> Image.Image:
    image = Image.open(io.BytesIO(sketch.png))
    image.load()
    return image


def spread(image: Image.Image) -> int:
    """How far apart the darkest and the lightest places of a picture are."""
    small = image.convert("L").resize((16, 16), Image.Resampling.BOX).tobytes()
    return max(small) - min(small)


@pytest.mark.parametrize("motif", MOTIFS)
def test_the_same_brief_gives_the_same_bytes_and_another_seed_another_picture(motif: str) -> None:
    prompt = motif.replace("_", " ")
    first = sketched(prompt)
    assert first.motif == motif
    assert sketched(prompt).png == first.png
    assert opened(sketched(prompt, seed=2)).tobytes() != opened(first).tobytes()


def test_a_changed_word_changes_the_light_and_not_the_place_of_things() -> None:
    dusk, noon = opened(sketched("lighthouse at dusk")), opened(sketched("lighthouse at noon"))
    assert dusk.tobytes() != noon.tobytes()
    recipes = [json.loads(image.info[RECIPE]) for image in (dusk, noon)]
    assert recipes[0]["form"] == recipes[1]["form"]
    assert [recipe["light"] for recipe in recipes] == ["dusk", "noon"]


@pytest.mark.parametrize("ratio", published().aspects)
def test_every_ratio_gives_exact_pixels_with_a_picture_on_them(ratio: str) -> None:
    for tier in ("512", "1K"):
        image = opened(sketched("hills at dusk", size=pixels(ratio, tier)))
        assert image.size == pixels(ratio, tier)
        assert image.mode == "RGB"
        assert spread(image) > 60


@pytest.mark.parametrize("light", LIGHTS)
@pytest.mark.parametrize("motif", MOTIFS)
def test_no_motif_is_flat_or_leaves_a_hole_in_any_light(motif: str, light: str) -> None:
    recipe = Recipe(motif=motif, form=f"{motif} 3", light=light)
    for size in ((80, 80), (160, 40), (40, 160))[: 3 if light == "dusk" else 1]:
        scene = Scene(size, LIGHTS[light], recipe)
        # A colour that no palette has: whatever still shows it was never painted.
        scene.image.paste((0, 255, 0), (0, 0, *size))
        MOTIFS[motif](scene)
        colours = scene.image.getcolors(size[0] * size[1]) or []
        assert (0, 255, 0) not in {colour for _, colour in colours}
        assert len(colours) > 4


def test_the_file_says_what_it_is() -> None:
    sketch = sketched("a forest 🌲 {a|b}\nat dusk", seed=77)
    info = opened(sketch).info
    assert info["Software"] == "Gridbrush offline sketch, not AI"
    assert info["Description"] == "a forest 🌲 {a|b}\nat dusk"
    assert info["Seed"] == "77"


@pytest.mark.parametrize(
    "prompt", ["", "{", "\n", "a\0b", "🦊", "word " * 2000, "\ud83d", '"}]}', "夜の海"]
)
def test_any_prompt_is_painted(prompt: str) -> None:
    assert opened(sketched(prompt)).size == (160, 160)


def test_words_of_colour_tint_the_picture() -> None:
    def average(prompt: str) -> tuple[int, ...]:
        pixel = opened(sketched(prompt)).resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
        assert isinstance(pixel, tuple)
        return tuple(int(part) for part in pixel)

    red, teal = average("hills at noon, crimson"), average("hills at noon, teal")
    assert red[0] - red[1] > 25
    assert teal[1] - teal[0] > 25


def test_a_painting_that_was_given_up_ends_between_two_strokes() -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(PaintingStopped):
        paint(Brief(prompt="city", size=(64, 64), seed=1), stop)
