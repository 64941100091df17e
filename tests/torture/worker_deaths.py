"""The decoding process dies at every moment of an answer of three pictures, in every way.

Once: then nothing may be noticed. Twice at the same place: then the answer is kept, and is read
when the user asks for it. The service is asked once, and all three pictures are there in the end.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
from pathlib import Path

from studio.domain.entities import JobState
from tests.fake_service import FakeService, Reply, tiny_png
from tests.generation.harness import Studio, inline, parts, studio
from tests.imaging.faulty_decoder import WAYS, Troubled

PICTURES = 3
ANSWER = parts(*(inline(tiny_png(8 + number, 8)) for number in range(PICTURES)))
SIGNALS = tuple(f"SIG{name}" for name in ("SEGV", "BUS", "FPE", "ILL", "TERM", "XCPU", "HUP"))
LIMIT = 60.0


def play(folder: Path, _number: int) -> int:
    """Every way at every moment; how many deaths there were."""
    count = 0
    for way in (*WAYS, *SIGNALS):
        for before in range(PICTURES):
            for times in (1, 2):
                home = folder / f"{way}-{before}-{times}"
                home.mkdir(parents=True)
                asyncio.run(_answer(home, [*["well"] * before, *[way] * times]))
                count += times
    return count + asyncio.run(_from_outside(folder / "outside"))


async def _answer(home: Path, ways: list[str]) -> None:
    troubled = Troubled(home)
    with FakeService(fallback=lambda _request: Reply(body=ANSWER)) as service:
        async with asyncio.timeout(LIMIT), troubled.studio(home / "home", service) as one:
            troubled.will(*ways)
            await _all_there(one, " ".join(ways))
        assert len(service.requests) == 1


async def _all_there(one: Studio, what: str) -> None:
    (job,) = await one.submit()
    await one.until(lambda: one.removed(job) or one.last[job.id].state is JobState.FAILED)
    await one.core.queue.idle()
    if not one.removed(job):
        assert one.failure(job).kept, f"{what}: {one.failure(job)}"
        await one.core.read_cut(job.id)
    assert len(await one.pictures()) % PICTURES == 0, what
    assert one.journal == [], what
    assert await one.core.library.failed() == [], what


async def _from_outside(home: Path) -> int:
    """The process is killed and stopped from outside while one answer comes after the other."""
    sent = 0
    chance = random.Random(7)
    with FakeService(fallback=lambda _request: Reply(body=ANSWER)) as service:
        async with studio(home, service, shared=None) as one:
            one.core.decoder.limit = 1.0

            async def shoot() -> None:
                nonlocal sent
                while True:
                    await asyncio.sleep(chance.random() * 0.15)
                    hands = one.core.decoder.workers
                    for child in [hand.child for hand in hands if hand.child is not None]:
                        which = signal.Signals[chance.choice(("SIGKILL", "SIGABRT", "SIGSTOP"))]
                        if child.alive:
                            os.kill(child.process.pid, which)
                            sent += 1

            shooting = asyncio.create_task(shoot())
            for _number in range(20):
                async with asyncio.timeout(LIMIT):
                    await one.submit()
                    await one.core.queue.idle()
            shooting.cancel()
            for job in list(one.core.queue.jobs.values()):
                assert job.failure is not None
                assert job.failure.kept, job.failure
                await one.core.read_cut(job.id)
            assert len(await one.pictures()) == 20 * PICTURES
            assert one.journal == []
        assert len(service.requests) == 20
    return sent
