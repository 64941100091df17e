"""The decoding process dies over a paid picture, hangs or does not start: nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.common.errors import Billed, NotRead
from studio.domain.entities import JobState
from tests.fake_service import Reply, tiny_png
from tests.generation.earlier_process import left_behind
from tests.generation.harness import ANSWER, inline, parts, replies, studio
from tests.imaging.faulty_decoder import WAYS, Troubled

BODY = json.dumps(ANSWER).encode()


@pytest.fixture
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Troubled:
    return Troubled(tmp_path_factory.mktemp("worker"))


@pytest.mark.parametrize("way", WAYS)
async def test_a_process_that_dies_once_costs_nothing(
    tmp_path: Path, troubled: Troubled, way: str
) -> None:
    with replies() as service:
        async with troubled.studio(tmp_path, service) as one:
            troubled.will(way)
            (job,) = await one.submit()
            await one.gone(job)
            assert len(await one.pictures()) == 1
            assert one.journal == []
        assert len(service.requests) == 1


@pytest.mark.parametrize("way", WAYS)
async def test_a_process_that_dies_again_leaves_the_answer_to_be_read_again(
    tmp_path: Path, troubled: Troubled, way: str
) -> None:
    with replies() as service:
        async with troubled.studio(tmp_path, service) as one:
            troubled.will(way, way)
            (job,) = await one.submit()
            await one.reaches(job, JobState.FAILED)
            await one.core.queue.idle()
            failure = one.failure(job)
            assert (failure.kind, failure.billed, failure.kept) == ("storage", Billed.MAYBE, True)
            assert len(one.journal) == 1
            await one.core.read_cut(job.id)
            assert one.removed(job)
            assert len(await one.pictures()) == 1
            assert one.journal == []
            assert await one.core.library.failed() == []
        assert len(service.requests) == 1


@pytest.mark.parametrize("way", ["kill", "start"])
async def test_the_next_start_reads_it_again_once_and_then_leaves_it_to_the_user(
    tmp_path: Path, troubled: Troubled, way: str
) -> None:
    job, entry = left_behind(tmp_path, sent=True, body=BODY, mark="whole")
    for _start in range(2):
        async with troubled.studio(tmp_path) as one:
            # The second start does not even try: two deaths are told to nobody.
            troubled.will(way, way)
            await one.core.recover()
            assert one.last[job.id].state is JobState.FAILED
            assert one.failure(job).kept
            assert entry.folder.is_dir()
            assert [each.id for each in await one.core.library.failed()] == [job.id]
    async with troubled.studio(tmp_path) as one:
        await one.core.recover()
        with pytest.raises(NotRead):
            await one.core.read_cut(job.id)
        troubled.will()
        await one.core.read_cut(job.id)
        assert len(await one.pictures()) == 1
        assert one.journal == []


async def test_what_is_kept_goes_when_the_user_puts_it_away(
    tmp_path: Path, troubled: Troubled
) -> None:
    job, entry = left_behind(tmp_path, sent=True, body=BODY, mark="whole")
    async with troubled.studio(tmp_path) as one:
        troubled.will("kill", "kill")
        await one.core.recover()
        await one.core.queue.dismiss([job.id])
        # An undo brings it back until the program ends.
        assert entry.folder.is_dir()
    async with studio(tmp_path) as one:
        await one.core.recover()
        assert one.journal == []
        assert await one.pictures() == []


async def test_of_several_pictures_the_others_are_there_at_once(
    tmp_path: Path, troubled: Troubled
) -> None:
    two = parts(inline(tiny_png(8, 8)), inline(tiny_png(9, 9)))
    with replies() as service:
        service.script(Reply(body=two))
        async with troubled.studio(tmp_path, service) as one:
            troubled.will("well", "kill", "kill")
            (job,) = await one.submit()
            await one.reaches(job, JobState.FAILED)
            await one.core.queue.idle()
            assert [each.width for each in await one.pictures()] == [8]
            assert one.failure(job).kept
            await one.core.read_cut(job.id)
            assert sorted(each.width for each in await one.pictures()) == [8, 9]
            assert one.journal == []
            costs = [each.cost_usd for each in await one.pictures()]
            assert sum(bool(cost) for cost in costs) == 1
        assert len(service.requests) == 1


async def test_asking_again_leaves_the_answer_that_came_where_it_is(
    tmp_path: Path, troubled: Troubled
) -> None:
    with replies() as service:
        async with troubled.studio(tmp_path, service) as one:
            troubled.will("kill", "kill")
            (job,) = await one.submit()
            await one.reaches(job, JobState.FAILED)
            await one.core.queue.idle()
            one.core.queue.retry(job.id)
            await one.until(lambda: len(service.requests) == 2)
            await one.core.queue.idle()
            assert len(await one.pictures()) == 1
            assert one.core.queue.jobs[job.id].failure == one.failure(job)
            await one.core.read_cut(job.id)
            assert len(await one.pictures()) == 2
            assert one.journal == []


async def test_cancelling_a_second_look_keeps_what_came(tmp_path: Path) -> None:
    job, entry = left_behind(tmp_path, sent=True, body=BODY, mark="whole")
    async with studio(tmp_path) as one:
        one.core.queue.pause()
        one.core.queue.adopt(job, entry)
        one.core.queue.cancel(job.id)
        await one.until(lambda: one.last[job.id].state is JobState.CANCELLED)
        await one.core.queue.idle()
        assert one.failure(job).kept
        assert entry.folder.is_dir()
    async with studio(tmp_path) as one:
        await one.core.recover()
        assert len(await one.pictures()) == 1
