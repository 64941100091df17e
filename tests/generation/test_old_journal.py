"""A journal of an early version is recovered, entry by entry."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from studio.domain.entities import Job, JobState, Role
from studio.library.operations import verify
from tests.generation.harness import MODEL, Studio, prompt_of, replies, studio
from tests.old_home import contents, copy_home

JOURNAL = "library/.gridbrush/journal"

BRIDGE, MILL, HUT = "A bridge in the morning", "A mill by the river", "A mountain hut"
FOX, OWL, FOG = "A queued fox", "A queued owl", "Now in fog"

FOUND = [
    # In the order of the queue: the user had put the owl before the fox.
    (OWL, JobState.UNSENT),
    (FOX, JobState.UNSENT),
    (BRIDGE, JobState.CUT),
    (MILL, JobState.UNKNOWN),
    (HUT, JobState.CUT),
]


def job_of(one: Studio, prompt: str) -> Job:
    (job,) = (job for job in one.core.queue.jobs.values() if job.request.prompt == prompt)
    return job


def tiles(one: Studio) -> list[tuple[str, JobState]]:
    return [(job.request.prompt, job.state) for job in one.core.queue.jobs.values()]


def entries(home: Path) -> dict[str, Path]:
    """Folders of the journal by the prompts they hold."""
    found = {}
    for queued in (home / JOURNAL).glob("*/queued.json"):
        prompt = json.loads(queued.read_bytes())["job"]["request"]["prompt"]
        found[prompt] = queued.parent
    return found


async def test_each_entry_is_brought_to_where_it_belongs(tmp_path: Path) -> None:
    home = copy_home(tmp_path / "home")
    assert {*entries(home)} == {BRIDGE, MILL, HUT, FOX, OWL, FOG}
    with replies() as service:
        async with studio(home, service) as one:
            before = {picture.id for picture in await one.pictures()}
            await one.core.recover()
            assert tiles(one) == FOUND
            assert one.troubles() == []
            assert one.news == []
            # The whole answer became its picture, an edit of the lighthouse.
            (fog,) = (p for p in await one.pictures() if p.id not in before)
            assert (fog.prompt, fog.width, fog.height, fog.model) == (FOG, 32, 18, MODEL)
            assert (fog.words, fog.request_id) == ("The lighthouse in fog.", "request-whole")
            assert fog.cost_usd == pytest.approx(0.033621)
            assert [(p.role, p.name) for p in fog.parents] == [("edit", "The old lighthouse")]
            assert fog.conversation is not None
            assert (fog.conversation.turns, fog.conversation.after) == (2, fog.parents[0].picture)
            # What was sent may have been billed; nothing was sent again by itself.
            assert one.failure(job_of(one, MILL)).billed == "maybe"
            assert [one.failure(job_of(one, p)).billed for p in (BRIDGE, HUT)] == ["maybe"] * 2
            assert service.requests == []
            assert {*entries(home)} == {BRIDGE, HUT, FOX, OWL}
            assert (await verify.check(one.core.library.store)).whole


async def test_the_next_start_finds_the_same(tmp_path: Path) -> None:
    home = copy_home(tmp_path / "home", index=False)
    states = []
    for _start in range(3):
        async with studio(home) as one:
            await one.core.recover()
            failed = await one.core.library.failed()
            states.append(
                (
                    sorted(p.prompt for p in await one.pictures()),
                    sorted((job.request.prompt, job.state) for job in failed),
                    [tile for tile in tiles(one) if tile != (MILL, JobState.UNKNOWN)],
                    contents(home / "library"),
                )
            )
    assert states[0] == states[1] == states[2]
    assert (MILL, JobState.UNKNOWN) in states[0][1]


async def test_nothing_that_was_kept_is_written_over(tmp_path: Path) -> None:
    home = copy_home(tmp_path / "home")
    before, kept = contents(home), entries(home)
    async with studio(home) as one:
        await one.core.recover()
    after = contents(home)
    log = next(name for name in before if "/records/" in name)
    assert after[log].startswith(before[log])
    over = [f"{JOURNAL}/{kept[prompt].name}/" for prompt in (MILL, FOG)]
    # That a newer reader has looked at the cut answer in vain is noted in its mark.
    looked_at = f"{JOURNAL}/{kept[BRIDGE].name}/cut.json"
    changed = {name for name in before if after.get(name) != before[name]}
    changed = {n for n in changed if not n.startswith(("data/libraries/", *over))}
    # What is new is in the log of the month the tests run in.
    assert any(after[name] != before.get(name) for name in after if "/records/" in name)
    assert changed - {log} == {looked_at}
    marks = [json.loads(some[looked_at]) for some in (before, after)]
    assert marks[1].pop("reader") > 0
    assert marks[1] == marks[0]


async def test_what_was_queued_is_sent_when_the_user_says_so(tmp_path: Path) -> None:
    home = copy_home(tmp_path / "home")
    with replies() as service:
        async with studio(home, service) as one:
            await one.core.recover()
            for prompt in (OWL, FOX):
                job = job_of(one, prompt)
                one.core.queue.retry(job.id)
                await one.gone(job)
            assert [prompt_of(request) for request in service.requests] == [OWL, FOX]
            made = {p.prompt: p for p in await one.pictures()}
            assert made[OWL].run == made[FOX].run
            assert made[FOX].source_prompt == "A queued {fox|owl}"
            assert {*entries(home)} == {BRIDGE, HUT}


async def test_what_came_of_a_cut_answer_is_read_when_the_user_says_so(tmp_path: Path) -> None:
    home = copy_home(tmp_path / "home")
    with replies() as service:
        async with studio(home, service) as one:
            await one.core.recover()
            await one.core.read_cut(job_of(one, BRIDGE).id)
            (bridge,) = (p for p in await one.pictures() if p.prompt == BRIDGE)
            assert (bridge.width, bridge.height) == (14, 14)
            assert service.requests == []
            assert {*entries(home)} == {HUT, FOX, OWL}


async def test_what_was_sent_is_sent_again_when_the_user_says_so(tmp_path: Path) -> None:
    home = copy_home(tmp_path / "home")
    with replies() as service:
        async with studio(home, service) as one:
            await one.core.recover()
            job = job_of(one, MILL)
            one.core.queue.retry(job.id)
            await one.gone(job)
            assert [prompt_of(request) for request in service.requests] == [MILL]
            assert MILL not in {j.request.prompt for j in await one.core.library.failed()}


async def test_an_edit_goes_on_with_a_conversation_of_then(tmp_path: Path) -> None:
    home = copy_home(tmp_path / "home")
    with replies() as service:
        async with studio(home, service) as one:
            night = next(p for p in await one.pictures() if p.prompt == "Now at night")
            kept = await one.core.library.keep_input(
                one.core.library.path(night), role=Role.EDIT, name="it", picture=night.id
            )
            source = replace(kept, talk=night.talk)
            (job,) = await one.submit("With a ship", aspect="match", references=(source,))
            await one.gone(job)
            (request,) = service.requests
            turns = request.json["contents"]
            assert [turn["role"] for turn in turns] == ["user", "model", "user", "model", "user"]
            words = [part["text"] for turn in turns for part in turn["parts"] if "text" in part]
            assert words == [
                *("A lighthouse at dusk", "a plan", "Here is the lighthouse."),
                *("Now at night", "With a ship"),
            ]
