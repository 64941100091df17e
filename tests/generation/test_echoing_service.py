"""A service that echoes the key leaves no trace of it in files, errors, logs or on the screen."""

from __future__ import annotations

import itertools
import logging
from pathlib import Path

import pytest

from studio.common import logs
from tests.cli.conftest import program  # noqa: F401 - a fixture
from tests.cli.program import CliProgram
from tests.echoing_service import GROUPS, REPLIES, WAYS, refusal, seen_in
from tests.fake_service import FakeService, Reply
from tests.generation.harness import KEY, MODEL, studio


def everything_in(folder: Path) -> list[Path]:
    """The files the key can be read in, in any way."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path for path in files if seen_in(path.name) or seen_in(path.read_bytes())]


async def test_no_record_error_or_journal_has_it(room: Path, caplog) -> None:
    caplog.set_level(logging.DEBUG, logger="studio")
    replies = [make(way) for way in GROUPS.values() for make in REPLIES]
    with FakeService(fallback=lambda _request: refusal(str)) as service:
        service.script(*replies)
        async with studio(room, service, hold_for_key=False, at_once=8) as one:
            jobs = await one.submit("A lamp", count=len(replies))
            await one.core.queue.idle()
            pictures = await one.pictures()
            failed = [one.last[job.id] for job in jobs if one.last[job.id].failure]
            # A picture and a stream come of each; the others end in words.
            assert len(pictures) == 2 * len(GROUPS)
            assert len(failed) == (len(REPLIES) - 2) * len(GROUPS)
            assert [one for one in pictures if seen_in(repr(one))] == []
            assert [job.failure for job in failed if seen_in(repr(job))] == []
            assert [event for event in one.heard if seen_in(repr(event))] == []
            assert one.journal
            assert everything_in(room) == []
    assert everything_in(room) == []
    assert not seen_in(logs.clean(caplog.text))


async def test_neither_has_the_list_of_models_that_tests_a_key(room: Path) -> None:
    way = WAYS["percent"]
    listed = {"id": f"gemini-image-{way(KEY)}", "displayName": way(KEY)}
    answers = [Reply(body={"data": [listed]}), refusal(way, 401), Reply(body=way(KEY).encode())]
    with FakeService(fallback=lambda _request: answers.pop(0)) as service:
        async with studio(room, service, hold_for_key=False) as one:
            await one.core.test_key("dgrid")
            assert not seen_in(repr(one.core.catalogue.models("dgrid")))
            for _number in range(2):
                with pytest.raises(Exception) as caught:
                    await one.core.test_key("dgrid")
                assert not seen_in(repr(vars(caught.value)) + str(caught.value))
    assert everything_in(room) == []


def test_no_command_prints_it(program: CliProgram) -> None:  # noqa: F811
    ways = itertools.cycle(GROUPS.values())
    with FakeService() as service:
        service.script(*[make(way) for make, way in zip(REPLIES, ways, strict=False)])
        count = str(len(REPLIES))
        result = program(
            *("generate", "A lamp", "--provider", "dgrid", "--base-url", service.url),
            *("--model", MODEL, "--count", count, "--json", "--log-level", "debug"),
            env={"GRIDBRUSH_API_KEY": KEY},
        )
    assert result.only("image")
    assert not seen_in(result.out)
    assert not seen_in(result.err)
    assert everything_in(program.home) == []
