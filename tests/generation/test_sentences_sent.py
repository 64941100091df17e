"""Sentences of roles: sent with numbers, recorded as sent, replayed in a conversation."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from studio.common import json_reader
from studio.domain import runs, sentences
from studio.domain.drafts import Draft
from studio.domain.entities import Parent, Picture, Reference, Role
from tests.fake_service import FakeService, Reply, answer_with, tiny_png
from tests.generation.harness import MODEL, Studio, replies, studio

COLOURS = {
    role: tiny_png(colour=bytes([40 * place, 90, 30]))
    for place, role in enumerate((*sentences.DEFAULTS, Role.FREE), 1)
}
STYLE = "Paint like this picture. Take its brush and paper, not its objects."


async def inputs(here: Studio, *roles: Role) -> tuple[Reference, ...]:
    return tuple(
        [await here.core.library.keep_input(COLOURS[role], role=role, name=role) for role in roles]
    )


async def made(here: Studio, prompt: str, **draft: Any) -> Picture:
    (job,) = await here.submit(prompt, **draft)
    await here.gone(job)
    return (await here.pictures())[0]


def parts(service: FakeService, number: int = 0, turn: int = -1) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.requests[number].json["contents"][turn]["parts"]
    return found


async def test_every_role_is_sent_with_its_number(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as here:
            references = await inputs(here, *sentences.DEFAULTS, Role.FREE)
            await made(here, "a lamp as in [5]", references=references, aspect="match")
    *pictures, text = parts(service)
    assert [base64.b64decode(one["inlineData"]["data"]) for one in pictures] == [*COLOURS.values()]
    assert text == {
        "text": "Picture [1]: Show this thing, the same in its proportions.\n"
        f"Picture [2]: {STYLE}\n"
        "Picture [3]: Use these colours and their shades, no others.\n"
        "Picture [4]: Arrange it like this.\n\n"
        "a lamp as in [5]"
    }


@pytest.mark.parametrize("prompt", ["a lamp", ""])
async def test_without_a_role_nothing_is_added(tmp_path: Path, prompt: str) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as here:
            references = await inputs(here, Role.FREE)
            await made(here, prompt, references=references, aspect="match")
    assert [*parts(service)[0]] == ["inlineData"]
    assert parts(service)[1:] == ([{"text": prompt}] if prompt else [])


async def test_the_sentence_as_sent_belongs_to_the_record(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as here:
            references = await inputs(here, Role.STYLE, Role.FREE)
            first = await made(here, "a lamp", references=references, aspect="match")
            assert [one.sentence for one in first.parents] == [STYLE, None]
            here.core.settings.change(role_sentences={"style": "Changed since."})
            model = here.core.catalogue.find("dgrid", MODEL)
            run = runs.variations(first, model, 1, sentences=here.core.settings.value.sentences)
            await here.core.submit(run)
            await here.core.queue.idle()
        # From the records, not from the index.
        async with studio(tmp_path, service) as here:
            await here.core.library.rebuild()
            found = await here.pictures()
    assert [one.parents[0].sentence for one in found] == [STYLE, STYLE]
    assert parts(service, 0)[-1] == parts(service, 1)[-1]


async def test_a_conversation_is_replayed_with_the_sentences_of_each_turn(tmp_path: Path) -> None:
    png = tiny_png(16, 16)
    with FakeService(fallback=lambda _request: Reply(body=answer_with(png))) as service:
        async with studio(tmp_path, service) as here:
            (style, palette) = await inputs(here, Role.STYLE, Role.PALETTE)
            first = await made(here, "a lamp", references=(style,), aspect="match")
            kept = await here.core.library.keep_input(
                png, role=Role.EDIT, name="lamp", picture=first.id
            )
            edited = Reference(
                sha256=kept.sha256,
                media_type=kept.media_type,
                role=Role.EDIT,
                picture=first.id,
                talk=first.talk,
            )
            await made(here, "darker", references=(edited, palette), aspect="match")
    assert parts(service, 1, 0) == parts(service, 0)
    picture, text = parts(service, 1)
    assert base64.b64decode(picture["inlineData"]["data"]) == COLOURS[Role.PALETTE]
    assert text["text"].startswith("Picture [1]: Use these colours")


def test_what_was_written_before_there_were_sentences_is_read_unchanged() -> None:
    parent = json_reader.decode(b'{"sha256":"ab","role":"style","name":"kelp"}', Parent)
    assert parent == Parent(sha256="ab", role=Role.STYLE, name="kelp", sentence=None)
    old = b'{"prompt":"p","references":[{"sha256":"ab","media_type":"","role":"style"}]}'
    assert json_reader.decode(old, Draft).references[0].sentence is None
