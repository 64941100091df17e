"""The same brief paints the same picture in every version of the program and of Pillow.

A picture is pinned by a thumbnail of 7 x 7 grey values and its average colour. The tolerance of 4
in 255 is for another Pillow: its edges may lie an eighth of a pixel elsewhere, which moves the mean
of 14 x 14 pixels by at most 2, and its rounding by 1. Another seed moves some mean by 6 or more.
"""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image, ImageDraw

from studio.providers.sketch.brief import Brief, SketchInput
from studio.providers.sketch.painter import paint

TOLERANCE = 4

PINNED = {
    "lighthouse at dusk, boat and gulls": (
        "Pj49PDw8PFpaWmBeWFiFiYWQjnZ4n7apnpWVlaHEuJ2esKd2hlowNVFuUlRPR0ZITJleXw=="
    ),
    "waves under a red sun, wide": (
        "19fX1NTY2Nra2LW72drU09K5vdLTuru6uru6u35+f35+fn5QUFBQUFBQPT49PT08PI2avw=="
    ),
    "mountains at night, stars": (
        "EhcZFxYUECI7QygcGxpFgqdaKiI5R0xiOzNDNSMmICUlMCcgICQlJSQkGBkYFxgXFyItRw=="
    ),
    "hills in fog, hot air balloon": (
        "naGpsKujnq2yvdvGra66vsXVyb+8w8vPzMbGwqetsrCoqaicpKaemYuNjY6OjY6NjamwrQ=="
    ),
    "dunes at noon, wide": (
        "jo6SlZCOkbCwuMO0r6/Nzdbr0c7O18bRxdbFzMHByLDAsLeuq76nrqqlsKGxtZyloqu8sA=="
    ),
    "pine forest in morning mist": (
        "x8fJzczJyM7P0+fe0dDW1Nnh3tfVx7K5u8XKyaGJhZCVkJZobF1ealZgWl5ZV2dTWpCxpw=="
    ),
    "oak forest, autumn": (
        "wMDDxsXDwcjJzuPZzMrOzdTd19DRq62yramiqH5yhIKPg35hXmRcbWlqc394fnZ9e8GcdA=="
    ),
    "kelp in teal": ("trvAwLawuaevrrCnk4+Zq5OZk4R/jJV+hH57ZX19ZndvZV9ral1nZ1xYXF1WXF5cVV2Vkg=="),
    "fern leaves": ("6+vm4eXr6+vf3tPT3evn2/HV0NLn48i2wJux4+Kqnod4gd/Xk4hjZWy85M3GyMjJ47vOvg=="),
    "city on a river, rain, wide": (
        "JyorKCglJDxDPzk0MjNPZVtMR0dFVWdWUVBXUzgzPTFKQzQvJzksLC4uM0A9MzI4Mjc/QA=="
    ),
    "still life, wide, bottle": (
        "09LT1dTT083P1MvUzs3Hztecys3HwsfWgaTIwry9ytPTvrynqKB7gKaohYaFhYSFhsmzpA=="
    ),
    "vase with flowers, pastel": (
        "09PV1tTT083T0tHX0c3J18mzyNPJxNbVmdXRw73JxIO/w72oqaFyjqKnhoaGhISFhsq0oQ=="
    ),
    "Bauhaus pattern": ("npWNO42tvn1ug623oaawwPCQxZmwkG6lYZeGj2NqqHCmpqaklYKbqpystreznLiqapuffQ=="),
    "icon of a camera": (
        "7e7v7+7u7e7p0tLT6e7u08HTwdPv79HG1sbS7+7PwcXBz+7t3L22vNvt7e3q5+rt7evcvQ=="
    ),
    "edit of a photo, first snow": (
        "WVpaWYSnZFlbW1/o67FZWllb0OuTaXd6ZF5qWYusq3ZbWlqJrat4WltZeI+ObVlbWm59ig=="
    ),
    "edit of a sketch, blue hour": (
        "KCgnJyYmJzw8PENBOjp2e3R9e1tbiqqYiYB8fJPBsY2QophnfFAlKkReQEI+NjU3OUtehw=="
    ),
    "colours of a photo, hills": (
        "pLehpZ6ZrMO7uu3JsK28wMjgzsO+tcHHu7nFxIKKjYaAi45kWFNaY1JWVVZVVVZWVayVcg=="
    ),
}


def picture(prompt: str, seed: int, *inputs: SketchInput) -> bytes:
    wide = 144 if "wide" in prompt else 96
    return paint(Brief(prompt=prompt, size=(wide, 96), seed=seed, inputs=inputs)).png


def photo() -> bytes:
    image = Image.new("RGB", (96, 96), (30, 40, 60))
    draw = ImageDraw.Draw(image)
    draw.rectangle((6, 50, 45, 90), fill=(200, 120, 60))
    draw.ellipse((54, 6, 90, 42), fill=(240, 240, 200))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def painted(prompt: str, seed: int = 7) -> bytes:
    if prompt.startswith("edit of a photo"):
        return picture(prompt, seed, SketchInput(photo()))
    if prompt.startswith("edit of a sketch"):
        return picture(prompt, seed, SketchInput(picture("lighthouse at noon", seed)))
    if prompt.startswith("colours of a photo"):
        return picture(prompt, seed, SketchInput(photo(), "palette"))
    return picture(prompt, seed)


def thumbnail(png: bytes) -> bytes:
    with Image.open(io.BytesIO(png)) as image:
        grey = image.convert("L").resize((7, 7), Image.Resampling.BOX)
        average = image.resize((1, 1), Image.Resampling.BOX)
        return grey.tobytes() + average.tobytes()


def difference(one: bytes, other: bytes) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("prompt", PINNED)
def test_a_picture_is_painted_as_before(prompt: str) -> None:
    found = thumbnail(painted(prompt))
    assert difference(found, base64.b64decode(PINNED[prompt])) <= TOLERANCE, base64.b64encode(found)


@pytest.mark.parametrize("prompt", PINNED)
def test_another_seed_is_distinguished(prompt: str) -> None:
    assert difference(thumbnail(painted(prompt)), thumbnail(painted(prompt, 8))) > TOLERANCE
