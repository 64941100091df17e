"""Ends a composition with kill -9: at its durable steps, and in the middle of the work.

`python -m tests.torture.composition_kills FOLDER HOW URL ID` runs in FOLDER/1, FOLDER/2, …, each a
copy of FOLDER/start, and kills there; it prints how many kills there were. HOW is one of `RUNS`,
and "steps" or "moments". Every run is a fork made before any thread was started, and asks for a
picture with a prompt of its own, so that the service at URL can tell who asked.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from PIL import Image

from studio.app.core import Core
from studio.app.core_options import CoreOptions
from studio.common import paths
from studio.domain import runs
from studio.domain.drafts import MATCH, Draft
from studio.domain.entities import JobState, Picture, Role
from studio.domain.markup import Frame, Markup, Point, Region, Stroke, StrokeKind
from studio.imaging.comparer import Comparer
from studio.library.facade import Library
from studio.library.operations.verify import check
from studio.library.query import Query, View
from tests.fake_service import FakeService, Reply, answer_with
from tests.generation.harness import KEY, MODEL
from tests.imaging.scenes import WaveScene
from tests.torture.commands import copy_home
from tests.torture.dying import die_before, import_everything, run_in_child

ROOT = Path(__file__).parents[2]
_HANG = 900
_SIZE = (160, 120)
SCENE, OTHER = WaveScene(31), WaveScene(32)
BOX = (Point(0.1, 0.2), Point(0.7, 0.8))
REGION = Markup(region=Region(strokes=(Stroke(kind=StrokeKind.BOX, points=BOX),)))

MOMENTS = ("before composing", "while composing", "composed and durable", "while proving", "proved")
"""Moments between the answer and its record."""


def _png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def service() -> FakeService:
    """Answers every request with the parent, changed within the region and shifted a little."""

    def changed(x: float, y: float) -> bool:
        return 20 < x < 108 and 28 < y < 92

    made = SCENE.picture((320, 240), scale=2.0, x=2.0, other=OTHER, where=changed)
    answer = answer_with(_png(made))
    return FakeService(fallback=lambda _request: Reply(body=answer))


# --- in the processes that die ------------------------------------------------------------------


def _command(home: Path, url: str, id: str, prompt: str) -> None:
    from studio.__main__ import main

    box = f"{BOX[0].x},{BOX[0].y},{BOX[1].x - BOX[0].x},{BOX[1].y - BOX[0].y}"
    where = ["--provider", "dgrid", "--base-url", url, "--model", MODEL]
    main(["--home", str(home), "generate", prompt, "--edit", id, "--region", box, *where])


def _core(home: Path, url: str, work: Callable[[Core], Any]) -> None:
    """The core as the window opens it, kept open until the work is done."""

    async def run() -> None:
        options = CoreOptions(provider="dgrid", base_url=url)
        core = await Core.open(paths.find(home), options, environ={"GRIDBRUSH_API_KEY": KEY})
        try:
            await core.recover()
            await work(core)
        finally:
            await core.close()

    asyncio.run(run())


def _window(home: Path, url: str, id: str, prompt: str) -> None:
    async def work(core: Core) -> None:
        (parent,) = await core.library.find([id])
        source = await core.library.keep_input(
            core.library.path(parent), role=Role.EDIT, name=parent.name, picture=parent.id
        )
        draft = Draft(
            prompt=prompt, references=(source,), profile="dgrid", model=MODEL, aspect=MATCH,
            markup=REGION,
        )  # fmt: skip
        await core.submit(runs.plan(draft, core.catalogue.find("dgrid", MODEL), (prompt,)))
        await core.queue.idle()
        await core.queue.tidy()

    _core(home, url, work)


def _again(home: Path, url: str, _id: str, _prompt: str) -> None:
    """Another seam for the composed picture, then a crop of it."""

    async def work(core: Core) -> None:
        composer = (await core.making()).composer
        (before,) = await _composed(core.library)
        after = await composer.recompose(before, seam=0.1, match=False)
        await composer.crop(after, Frame(left=0.25, top=0.25, right=0.75, bottom=0.75))
        await core.library.store.wait_for_tasks()

    _core(home, url, work)


RUNS: dict[str, Callable[[Path, str, str, str], None]] = {
    "command": _command,
    "window": _window,
    "again": _again,
}


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.Signals["SIGKILL"])
    raise AssertionError("still alive")


def _die_at(moment: str, home: Path) -> None:
    """Kill this process at one of MOMENTS; HOME/worker gets the id of its comparing process."""
    compose, prove = Comparer.compose, Comparer.prove

    async def in_the_middle(comparer: Comparer, work: Any) -> NoReturn:
        task = asyncio.ensure_future(work)
        while not any(hand.working for hand in comparer.process.workers) or not comparer.pid:
            assert not task.done(), "over too soon"
            await asyncio.sleep(0)
        (home / "worker").write_text(str(comparer.pid))
        _die()

    async def composed(self: Comparer, *given: Any, **more: Any) -> Any:
        if moment == "before composing":
            _die()
        if moment == "while composing":
            await in_the_middle(self, compose(self, *given, **more))
        return await compose(self, *given, **more)

    async def proved(self: Comparer, *given: Any, **more: Any) -> Any:
        if moment == "composed and durable":
            _die()
        if moment == "while proving":
            await in_the_middle(self, prove(self, *given, **more))
        await prove(self, *given, **more)
        _die()

    Comparer.compose, Comparer.prove = composed, proved  # type: ignore[method-assign]


def _run(folder: Path, how: str, url: str, id: str, number: int, arm: Callable[[], None]) -> None:
    home = folder / str(number)
    copy_home(folder / "start", home)

    def work() -> None:
        os.environ["GRIDBRUSH_API_KEY"] = KEY
        with (home / "told").open("w") as told:
            os.dup2(told.fileno(), 1)
            os.dup2(told.fileno(), 2)
        arm()
        RUNS[how](home, url, id, f"Sky {number}.")

    run_in_child(work)


def _every_step(folder: Path, how: str, url: str, id: str) -> int:
    """A run that is not killed, as number 0, then one killed before each of its durable steps."""
    home = folder / "0"
    _run(folder, how, url, id, 0, lambda: die_before(-1, home))
    steps = len((home / "steps").read_text().splitlines())
    for number in range(1, steps + 1):
        home = folder / str(number)
        _run(folder, how, url, id, number, lambda n=number, home=home: die_before(n, home))  # type: ignore[misc]
    return steps


def _each_moment(folder: Path, how: str, url: str, id: str) -> int:
    for number, moment in enumerate(MOMENTS, 1):
        home = folder / str(number)
        _run(folder, how, url, id, number, lambda m=moment, home=home: _die_at(m, home))  # type: ignore[misc]
    return len(MOMENTS)


# --- in the process that looks ------------------------------------------------------------------


async def _found(library: Library, words: str = "", view: View = View.ALL) -> list[Picture]:
    return await library.pictures(await library.rows(Query(words=words, view=view)))


async def _composed(library: Library) -> list[Picture]:
    return [one for one in await _found(library) if one.derivation is not None]


@dataclass(frozen=True)
class _Left:
    """What a start finds.

    Attributes:
        whole: answers that stood whole in the journal before.
        made: pictures other than the parent, in the order they were made.
        month: US dollars spent.
    """

    whole: int
    made: tuple[Picture, ...]
    answers: tuple[Picture, ...]
    trashed: tuple[Picture, ...]
    jobs: tuple[JobState, ...]
    month: float


async def _start(home: Path, parent: str, url: str) -> _Left:
    # With the service and the key, so that it could ask again if it would.
    options = CoreOptions(provider="dgrid", base_url=url)
    core = await Core.open(paths.find(home), options, environ={"GRIDBRUSH_API_KEY": KEY})
    try:
        hidden = home / "library/.gridbrush"
        whole = len(list(hidden.glob("journal/*/whole.json")))
        await core.recover()
        await core.queue.idle()
        library = core.library
        report = await check(library.store)
        assert report.whole, report
        assert report.orphans == (), report
        assert not (hidden / "composing").exists()
        assert not (hidden / "damaged").exists(), "nothing is damaged by a kill"
        made = [one for one in await _found(library) if one.id != parent]
        return _Left(
            whole=whole,
            made=tuple(sorted(made, key=lambda one: one.row)),
            answers=tuple(await _found(library, "is:answer")),
            trashed=tuple(await _found(library, view=View.TRASH)),
            jobs=tuple(job.state for job in core.queue.jobs.values()),
            month=(await library.spend()).month,
        )
    finally:
        await core.close()


def _starts(home: Path, parent: str, url: str) -> _Left:
    """What the next start finds, the same as the one after it."""
    first, second = (asyncio.run(_start(home, parent, url)) for _time in range(2))
    # What is offered again, or may have been billed, is told once.
    assert replace(first, whole=second.whole, jobs=second.jobs) == second, (first, second)
    return first


def _has_both(left: _Left, where: str) -> None:
    """One picture in front of one answer, paid once."""
    (picture,), (answer,) = left.made, left.answers
    assert picture.derivation is not None, where
    assert picture.derivation.outside > 0, where
    assert [one.picture for one in picture.parents if one.role is Role.ANSWER] == [answer.id]
    assert answer.cost_usd, where
    assert picture.cost_usd == 0.0, where
    assert abs(left.month - answer.cost_usd) < 1e-9, where


def _asked(one: FakeService, number: int) -> int:
    """Requests of one run."""
    return sum(f"Sky {number}." in str(request.json) for request in one.requests)


def _worker_ended(home: Path) -> None:
    """Wait until the comparing process of the killed one is gone; it must not outlive it."""
    if not (home / "worker").exists():
        return
    pid, limit = int((home / "worker").read_text()), time.monotonic() + _HANG
    while _runs(pid):
        assert time.monotonic() < limit, "the comparing process outlives the program"
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def play(folder: Path, how: str, *, moments: bool = False) -> int:
    """Kill one kind of run everywhere, and look at what each left; how many kills there were."""
    folder.mkdir(parents=True)
    start = folder / "start"
    with service() as one:
        parent = _begin(start)
        if how == "again":
            _window(start, one.url, parent, "First.")
        before = len(one.requests)
        done = subprocess.run(
            [
                sys.executable, "-m", "tests.torture.composition_kills",
                str(folder), f"{how} {'moments' if moments else 'steps'}", one.url, parent,
            ],
            capture_output=True, text=True, timeout=_HANG, check=True, cwd=ROOT,
        )  # fmt: skip
        kills, asked = int(done.stdout), len(one.requests)
        seen: set[str] = set()
        for number in range(1, kills + 1):
            home, where = folder / str(number), f"{how}, killed at {number}"
            _worker_ended(home)
            left = _starts(home, parent, one.url)
            if how == "again":
                seen.add(_after_changes(left, where))
            else:
                seen.add(_after_asking(left, _asked(one, number), where))
            shutil.rmtree(home)
        assert len(one.requests) == asked, "something was asked again"
        if how == "again":
            assert asked == before, "a change of the seam is free"
    if moments:
        assert seen == ({"old"} if how == "again" else {"made"}), seen
    elif how == "again":
        assert seen == {"old", "new", "new and crop"}, seen
    else:
        assert seen >= {"nothing", "made"}, seen
    return kills


def _after_asking(left: _Left, asked: int, where: str) -> str:
    assert asked <= 1, where
    assert left.trashed == (), where
    if left.whole or left.made or left.answers:
        assert asked == 1, where
        _has_both(left, where)
        assert left.jobs == (), where
        return "made"
    assert left.month == 0.0, where
    assert JobState.QUEUED not in left.jobs, where
    return str(left.jobs[0]) if left.jobs else "nothing"


def _after_changes(left: _Left, where: str) -> str:
    first, *crops = left.made
    _has_both(replace(left, made=(first,)), where)
    assert len(crops) <= 1, where
    assert all(one.cost_usd == 0.0 for one in crops), where
    assert first.derivation is not None
    changed = not first.derivation.match
    assert len(left.trashed) == changed, where
    if crops:
        assert changed, where
        return "new and crop"
    return "new" if changed else "old"


def _begin(home: Path) -> str:
    """A library with one picture, its id."""
    home.mkdir()
    path = home.parent / "parent.png"
    path.write_bytes(_png(SCENE.picture(_SIZE)))

    command = [sys.executable, "-m", "studio", "--home", str(home), "library", "import", "--json"]
    done = subprocess.run([*command, str(path)], capture_output=True, check=True, cwd=ROOT)
    (id,) = json.loads(done.stdout)["imported"]
    return str(id)


def at_moments(folder: Path, number: int) -> int:
    """Kill as many kinds of runs as needed at each of MOMENTS; how many kills there were."""
    some = list(RUNS)[: -(-number // len(MOMENTS))]
    return sum(play(folder / how, how, moments=True) for how in some)


if __name__ == "__main__":
    folder, (how, what) = Path(sys.argv[1]), sys.argv[2].split()
    import_everything()
    kill = _each_moment if what == "moments" else _every_step
    print(kill(folder, how, *sys.argv[3:5]))
