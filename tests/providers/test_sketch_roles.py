"""Roles and the offline painter: what it takes from a reference, and what it says it did not."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from typing import Any

import pytest
from PIL import Image, ImageDraw

from studio.domain.entities import GenerationRequest, Role
from studio.domain.sentences import DEFAULTS
from studio.providers.catalogue import Catalogue
from studio.providers.gemini.request import LoadedPicture
from studio.providers.gemini.request import body as body_of
from studio.providers.sketch import Painter, repaint
from studio.providers.sketch.painter import paint
from studio.providers.sketch.request import read
from studio.providers.sketch.roles import role_of

MODEL = Catalogue().find("sketch", "sketch")


def encoded(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def flat(*colours: str) -> bytes:
    image = Image.new("RGB", (90, 90))
    draw = ImageDraw.Draw(image)
    for place, colour in enumerate(colours):
        draw.rectangle((0, place * 90 // len(colours), 90, 90), fill=colour)
    return encoded(image)


def sent(prompt: str, *inputs: tuple[bytes, Role], seed: int = 3, **own: str) -> bytes:
    request = GenerationRequest(
        profile="sketch", model="sketch", prompt=prompt, seed=seed, size="512"
    )
    pictures = [
        LoadedPicture(data, "image/png", role, own.get(role, DEFAULTS.get(role)))
        for data, role in inputs
    ]
    return body_of(request, pictures, MODEL, both_modalities=True)


def answered(body: bytes) -> tuple[bytes, str]:
    """The picture, and the painter's words."""

    async def ask() -> dict[str, Any]:
        painter = Painter()
        try:
            address = "https://sketch/v1/models/sketch:generateContent"
            status, _headers, chunks = await painter.answer("POST", address, {}, body)
            assert status == 200
            answer: dict[str, Any] = json.loads(b"".join([chunk async for chunk in chunks]))
            return answer
        finally:
            painter.close()

    parts = asyncio.run(ask())["candidates"][0]["content"]["parts"]
    data = next(part["inlineData"]["data"] for part in parts if "inlineData" in part)
    return base64.b64decode(data), next(part["text"] for part in parts if "text" in part)


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def warmth(png: bytes) -> float:
    red, _green, blue = (sum(c.resize((8, 8)).tobytes()) for c in opened(png).split())
    return red / max(1, blue)


def saturation(png: bytes) -> float:
    tones = opened(png).convert("HSV").resize((8, 8)).getchannel("S").tobytes()
    return sum(tones) / len(tones)


@pytest.mark.parametrize("role", [*DEFAULTS, Role.FREE])
@pytest.mark.parametrize("edits", [False, True])
def test_sentences_are_no_words_of_the_prompt(role: Role, edits: bool) -> None:
    picture = flat("#336699")
    inputs = [(picture, role), *([(flat("#aa5511"), Role.EDIT)] if edits else [])]
    brief = read(sent("hills at dusk", *inputs))
    assert brief.prompt == "hills at dusk"
    assert (brief.edited is not None) is (edits or role is Role.FREE)
    if role is not Role.FREE:
        assert brief.inputs[0].role == role


@pytest.mark.parametrize(
    ("sentence", "role"),
    [
        *((sentence, role) for role, sentence in DEFAULTS.items()),
        ("In this style, but quieter.", "style"),
        ("Only these colors.", "palette"),
        ("The same layout.", "composition"),
        ("Show this lighthouse.", "subject"),
        ("Male es so.", "unknown"),
    ],
)
def test_a_role_is_read_from_its_sentence(sentence: str, role: str) -> None:
    assert role_of(sentence) == role


def test_a_palette_gives_its_colours_and_needs_no_note() -> None:
    warm, words = answered(sent("hills", (flat("#7a1500", "#d8521a", "#ffb066"), Role.PALETTE)))
    cold, _words = answered(sent("hills", (flat("#00157a", "#1a52d8", "#66b0ff"), Role.PALETTE)))
    assert warmth(warm) > 1.4 > 0.8 > warmth(cold)
    assert "[1]" not in words


def test_a_style_gives_colours_and_tone_but_colours_of_a_palette_go_first() -> None:
    grey = flat("#303030", "#909090", "#d0d0d0")
    red = flat("#7a1500", "#d8521a", "#ffb066")
    picture, words = answered(sent("hills", (grey, Role.STYLE)))
    plain, _words = answered(sent("hills"))
    assert saturation(picture) < saturation(plain)
    assert "Only the colours and tone of picture [1] were used." in words
    both, _words = answered(sent("hills", (grey, Role.STYLE), (red, Role.PALETTE)))
    only, _words = answered(sent("hills", (red, Role.PALETTE)))
    assert both != only, "the style's tone"


def test_a_composition_of_a_sketch_is_taken_over() -> None:
    model, _words = answered(sent("lighthouse at dusk", seed=11))
    made, words = answered(sent("lighthouse at night", (model, Role.COMPOSITION), seed=12))
    other, _words = answered(sent("lighthouse at night", seed=12))
    form = repaint.recipe_of(model)
    taken = repaint.recipe_of(made)
    assert form is not None
    assert taken is not None
    assert (taken.form, taken.light) == (form.form, "night")
    assert made != other
    assert "[1]" not in words


def test_of_another_picture_the_most_similar_arrangement_is_chosen() -> None:
    image = Image.new("RGB", (300, 300), "#f0f0f0")
    ImageDraw.Draw(image).rectangle((0, 0, 90, 300), fill="#101010")
    wanted = encoded(image)
    likenesses: dict[bool, list[float]] = {True: [], False: []}
    for seed in range(4):
        for asked in (True, False):
            inputs = [(wanted, Role.COMPOSITION)] if asked else []
            made, words = answered(sent("city at noon", *inputs, seed=seed))
            likenesses[asked].append(repaint.likeness(image, opened(made)))
            assert ("followed only roughly" in words) is asked
    assert sum(likenesses[True]) > sum(likenesses[False])


def test_the_subject_of_a_sketch_is_painted_and_of_another_picture_it_says_no() -> None:
    bottle, _words = answered(sent("a bottle"))
    made, words = answered(sent("somewhere at dusk", (bottle, Role.SUBJECT)))
    recipe = repaint.recipe_of(made)
    assert recipe is not None
    assert (recipe.motif, recipe.light) == ("still_life", "dusk")
    assert "Only the type of subject" in words
    made, words = answered(sent("hills at dusk", (flat("#336699"), Role.SUBJECT)))
    assert "The subject of picture [1] was not used." in words
    assert made == answered(sent("hills at dusk"))[0]


def test_an_edit_keeps_its_own_composition_and_says_so() -> None:
    edited = flat("#336699", "#eeeeee")
    body = sent("dusk", (edited, Role.EDIT), (flat("#101010"), Role.COMPOSITION))
    made, words = answered(body)
    assert "The composition of picture [1] was not used." in words
    alone, _words = answered(sent("dusk", (edited, Role.EDIT)))
    assert made == alone


def test_a_sentence_it_does_not_understand_is_said_and_its_picture_left_alone() -> None:
    made, words = answered(sent("hills", (flat("#d8521a"), Role.STYLE), style="Male es so."))
    assert "Picture [1] was not used: the role in its sentence is unknown." in words
    assert made == answered(sent("hills"))[0]


def test_a_reference_that_is_no_picture_is_refused_in_every_role() -> None:
    for role in DEFAULTS:
        brief = read(sent("hills", (b"not a picture", role)))
        with pytest.raises(repaint.UnreadableInputError):
            paint(brief)


def test_lines_for_more_pictures_than_there_are_belong_to_the_prompt() -> None:
    brief = read(sent("Picture [2]: red\n\nhills", (flat("#336699"), Role.FREE)))
    assert brief.prompt == "Picture [2]: red\n\nhills"
