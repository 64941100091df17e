"""Prompt and settings of pictures from outside, as a draft."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from studio.app import embedded_settings
from studio.app.embedded_settings import EmbeddedSettings, settings_of
from studio.app.export.metadata import texts_for
from studio.domain import prompt_variants
from studio.domain.drafts import MATCH, Draft
from studio.domain.entities import Advanced, Parent, Picture, Reference, Role
from studio.domain.export import ExportFormat, ExportMetadata
from studio.library.metadata import provenance
from studio.library.metadata.provenance import Provenance
from tests.library.builders import a_picture

A1111 = "a {red|blue} boat, (fog:1.2)\nNegative prompt: sun\nSteps: 20, Sampler: Euler, Seed: 7"
DROPPED = Reference(sha256="d" * 64, media_type="image/png", role=Role.FREE, name="boat")
OTHER = Reference(sha256="e" * 64, media_type="image/png", role=Role.STYLE, name="style")
HERE = Draft(
    prompt="typed", references=(OTHER, DROPPED), profile="mine", model="m", aspect=MATCH, count=3
)


def found(texts: dict[str, str], width: int = 832, height: int = 1216) -> EmbeddedSettings:
    made = settings_of(provenance.read(texts), width, height)
    assert made is not None
    return made


def test_a_prompt_of_another_program_is_text_and_what_is_unknown_here_is_named() -> None:
    read = found({"parameters": A1111})
    assert prompt_variants.expand(read.prompt) == ("a {red|blue} boat, (fog:1.2)",)
    assert (read.seed, read.aspect, read.size) == (7, "2:3", "")
    assert read.left_out == ("Negative prompt", "Steps", "Sampler")
    draft = read.draft(HERE, DROPPED, "")
    assert draft.prompt == read.prompt
    assert draft.references == (OTHER,), "the picture made room, the others stay"
    assert (draft.profile, draft.model, draft.count) == ("mine", "m", 3)
    assert (draft.aspect, draft.size, draft.seed) == ("2:3", HERE.size, 7)


@pytest.mark.parametrize("kind", [ExportFormat.PNG, ExportFormat.JPEG])
def test_a_copy_of_ours_gives_back_what_it_was_made_with(kind: ExportFormat) -> None:
    picture = a_picture(
        prompt="a {quiet} sea",
        model="nano",
        asked_aspect="21:9",
        asked_size="2K",
        seed=8,
        advanced=Advanced(system="be brief", temperature=0.5, thinking="low"),
    )
    texts = texts_for(picture, ExportMetadata.EVERYTHING, kind)
    assert texts is not None
    made = provenance.read({**dict(texts.texts), "xmp": texts.xmp})
    assert made.picture == picture.id
    read = settings_of(made, 1, 1)
    assert read is not None
    assert read.left_out == ()
    draft = read.draft(HERE, DROPPED, "other")
    assert prompt_variants.expand(draft.prompt) == ("a {quiet} sea",)
    assert (draft.profile, draft.model) == ("other", "nano")
    assert (draft.aspect, draft.size, draft.seed) == ("21:9", "2K", 8)
    assert draft.advanced == picture.advanced


@pytest.mark.parametrize(
    "own",
    [
        {"prompt": "x", "temperature": 1e300, "size": "9K", "seed": -1, "aspect": "0:0"},
        {"prompt": "x", "temperature": "nan", "size": "../..", "seed": 2**40, "aspect": "a:b"},
        {"prompt": "x", "temperature": [1], "size": {}, "seed": "x", "aspect": None, "id": 5},
    ],
)
def test_odd_values_of_a_file_are_left_out(own: dict[str, object]) -> None:
    read = found({"gridbrush": json.dumps(own)}, 160, 90)
    assert (read.size, read.seed, read.aspect) == ("", None, "16:9")
    assert read.advanced.temperature is None
    assert found({"gridbrush": json.dumps(own)}, 0, 0).aspect == ""


def test_a_file_without_a_prompt_offers_nothing() -> None:
    assert settings_of(Provenance(tool="ComfyUI", model="m", seed=5), 8, 8) is None
    assert settings_of(provenance.read({"Software": "a camera"}), 8, 8) is None


class OnePicture:
    """A library that has one picture."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture

    async def find(self, ids: list[str]) -> list[Picture]:
        return [self.picture] if ids == [self.picture.id] else []


async def of_library(picture: Picture, id: str, prompt: str | None) -> EmbeddedSettings | None:
    library = OnePicture(picture)
    return await embedded_settings._of_library(library, id, prompt=prompt)  # type: ignore[arg-type]


async def test_an_id_in_a_file_counts_only_with_the_prompt_of_that_picture() -> None:
    parent = Parent(sha256="f" * 64, role=Role.STYLE, name="kelp")
    picture = a_picture(prompt="sea", source_prompt="sea|land", parents=(parent,), profile="p")
    read = await of_library(picture, picture.id, "sea")
    assert read is not None
    draft = read.draft(HERE, DROPPED, "")
    assert (draft.prompt, draft.profile) == ("sea|land", "p")
    assert [one.sha256 for one in draft.references] == [parent.sha256]
    alone = replace(read, picture=replace(picture, parents=()))
    assert alone.draft(HERE, DROPPED, "").references == (OTHER,)
    assert await of_library(picture, picture.id, "land") is None
    assert await of_library(picture, "../../etc/passwd", None) is None
    assert await of_library(a_picture(prompt=""), "", None) is None
