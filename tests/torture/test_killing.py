"""The promise: whatever moment the process dies at, nothing that was paid for is lost."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.app.core import Core
from studio.app.core_options import CoreOptions
from studio.common import paths
from studio.domain.entities import JobState
from studio.library.operations.verify import check
from studio.library.query import Query
from tests.generation.harness import KEY, MODEL, replies

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kill -9 is a Unix signal")

_HANG = 600
"""Seconds after which the whole torture counts as hung; ten times what it takes."""


def _killed_everywhere(
    folder: Path, model: str, *before: str, env: dict[str, str] | None = None
) -> int:
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture.killing", str(folder), model, *before],
        capture_output=True,
        text=True,
        timeout=_HANG,
        check=True,
        cwd=Path(__file__).parents[2],
        env=env,
    )
    return int(done.stdout)


def _events(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "events").read_text().splitlines()]


async def _next_start(home: Path) -> dict[str, Any]:
    """Open the library as the next start does; what is there, after doing it twice."""
    found: dict[str, Any] = {}
    for _time in range(2):
        core = await Core.open(paths.find(home), CoreOptions(), environ={})
        try:
            whole = list((home / "library/.gridbrush/journal").glob("*/whole.json"))
            await core.recover()
            pictures = await core.library.pictures(await core.library.rows(Query()))
            report = await check(core.library.store)
            found.setdefault("whole", len(whole))
            found.update(
                shas=[picture.sha256 for picture in pictures],
                pictures=pictures,
                jobs=[job.state for job in core.queue.jobs.values()],
                failed=[job.state for job in await core.library.failed()],
                report=report,
            )
        finally:
            await core.close()
    return found


def _accounted(
    found: dict[str, Any], pictures: int, events: set[str], where: str
) -> list[JobState]:
    """The states of jobs without a picture, where no job is lost, doubled or sent by itself."""
    states = [*found["jobs"], *(s for s in found["failed"] if s not in found["jobs"])]
    # A job that was acknowledged is somewhere, and is said once.
    if "queued" in events:
        assert pictures + len(states) == 1, (where, found)
    # What may have left is never queued again by itself.
    if "started" in events:
        assert JobState.UNSENT not in states, where
        assert JobState.QUEUED not in states, where
    return states


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    folder = tmp_path_factory.mktemp("killed")
    return folder, _killed_everywhere(folder, "sketch")


def test_every_durable_step_of_a_generation_was_tried(killed: tuple[Path, int]) -> None:
    folder, steps = killed
    kinds = {line.split()[0] for line in (folder / "0" / "steps").read_text().splitlines()}
    assert kinds >= {"folder", "create", "write", "sync", "rename", "sync-folder", "append"}
    assert steps > 40
    assert _events(folder / "0")[-1] == {"event": "done", "images": 1, "failed": 0}


def test_nothing_is_lost_or_doubled_whenever_the_process_dies(killed: tuple[Path, int]) -> None:
    folder, steps = killed
    made = next(e for e in _events(folder / "0") if e["event"] == "image")["sha256"]
    outcomes: set[str] = set()
    for number in range(1, steps + 1):
        place = folder / str(number)
        events = {event["event"] for event in _events(place)}
        found = asyncio.run(_next_start(place / "home"))
        where = f"killed before step {number}"
        # The library is never damaged, and a picture never comes twice.
        assert found["report"].whole, where
        assert found["report"].orphans == (), where
        assert found["shas"] in ([], [made]), where
        # Shown pictures are there; whole answers became pictures.
        if "image" in events or found["whole"]:
            assert found["shas"] == [made], where
        states = _accounted(found, len(found["shas"]), events, where)
        outcomes.update(states or [JobState.DONE if found["shas"] else "nothing"])
    assert outcomes == {"nothing", JobState.UNSENT, JobState.UNKNOWN, JobState.CUT, JobState.DONE}


@pytest.fixture(scope="module")
def continued(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Path, int, str]]:
    """Killed while it went on with the conversation about a picture, whose id comes last."""
    first = tmp_path_factory.mktemp("first")
    home = str(first / "home")
    environ = {**os.environ, "GRIDBRUSH_API_KEY": KEY}
    with replies() as service:
        where = ["--provider", "dgrid", "--base-url", service.url, "--model", MODEL]
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "studio",
                "--home",
                home,
                "generate",
                "A lamp",
                *where,
                "--json",
            ],
            capture_output=True,
            text=True,
            timeout=_HANG,
            check=True,
            env=environ,
        )
        (image,) = [json.loads(line) for line in done.stdout.splitlines() if '"image"' in line]
        folder = tmp_path_factory.mktemp("continued")
        steps = _killed_everywhere(folder, MODEL, home, image["id"], service.url, env=environ)
        yield folder, steps, str(image["id"])


def test_what_went_on_with_a_conversation_is_recovered_with_it(
    continued: tuple[Path, int, str],
) -> None:
    folder, steps, before = continued
    done = (folder / "0" / "steps").read_text()
    assert "rename told.json" in done
    made = next(e for e in _events(folder / "0") if e["event"] == "image")["sha256"]
    outcomes: set[str] = set()
    for number in range(1, steps + 1):
        place = folder / str(number)
        events = {event["event"] for event in _events(place)}
        found = asyncio.run(_next_start(place / "home"))
        where = f"killed before step {number}"
        assert found["report"].whole, where
        assert found["report"].orphans == (), where
        new = [picture for picture in found["pictures"] if picture.id != before]
        assert len(found["pictures"]) == len(new) + 1, where
        assert [picture.sha256 for picture in new] in ([], [made]), where
        if "image" in events or found["whole"]:
            assert new, where
        states = _accounted(found, len(new), events, where)
        for picture in new:
            # It is the second turn, and what the model said with it is on the disk.
            assert picture.conversation is not None, where
            assert (picture.conversation.after, picture.conversation.turns) == (before, 2), where
            turns = place / "home/library/.gridbrush/turns"
            assert (turns / f"{picture.conversation.parts}.json").is_file(), where
        outcomes.update(states or [JobState.DONE if new else "nothing"])
    # So small an answer is there as a whole, or not at all.
    assert outcomes == {"nothing", JobState.UNSENT, JobState.UNKNOWN, JobState.DONE}
