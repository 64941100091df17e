"""Settings of pictures as text and as JSON."""

from __future__ import annotations

import json

from studio.app import picture_settings
from studio.domain.entities import MADE_WITH, Advanced, Parent, Role
from tests.library.builders import a_picture

PICTURE = a_picture(
    prompt="sea",
    source_prompt="{sea|land}",
    model="nano",
    profile="mine",
    asked_aspect="16:9",
    asked_size="2K",
    seed=7,
    advanced=Advanced(temperature=0.5, system=" be brief "),
    parents=(
        Parent(sha256="0" * 64, role=Role.STYLE, name="kelp"),
        Parent(sha256="1" * 64, role=Role.MASK, name="marks"),
    ),
    extra_fields='{"secret": 1}',
)


def test_text_has_a_line_for_each_setting() -> None:
    foreign = a_picture(prompt="fog", settings=((MADE_WITH, "ComfyUI"), ("Steps", "20")))
    assert picture_settings.as_text([PICTURE, foreign]) == (
        "Prompt: {sea|land}\nModel: nano\nAspect ratio: 16:9\nSize: 2K\nSeed: 7\n"
        "Temperature: 0.5\nInstruction: be brief\nReferences: kelp\n\n"
        "Prompt: fog\nMade with: ComfyUI\nSteps: 20"
    )


def test_json_is_an_object_or_a_list_and_has_nothing_private() -> None:
    one = json.loads(picture_settings.as_json([PICTURE]))
    assert one == {
        "prompt": "sea",
        "source_prompt": "{sea|land}",
        "model": "nano",
        "provider": "mine",
        "aspect": "16:9",
        "size": "2K",
        "seed": 7,
        "system": " be brief ",
        "temperature": 0.5,
        "references": [{"role": "style", "name": "kelp"}],
    }
    assert json.loads(picture_settings.as_json([PICTURE, PICTURE])) == [one, one]
    assert "secret" not in picture_settings.as_text([PICTURE])


def test_nothing_known_is_no_settings() -> None:
    assert picture_settings.has_settings(PICTURE)
    assert not picture_settings.has_settings(a_picture(prompt="", model="", settings=()))
