"""A disk that forgets what was not synced: every prefix of what one generation wrote, recovered.

While a generation runs, what would survive a loss of power is noted at every durable step: the
bytes of a file as they were at its last fsync, the names of a folder as they were at its last. From
each of these states a home is built, opened and recovered. The index is lost every time.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import stat
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from studio.common import files
from studio.domain.entities import Picture, Role
from studio.library.log import record_log
from studio.library.operations import trash as emptying
from studio.library.operations.import_ import Import
from studio.remote import server
from tests.fake_service import FakeService, tiny_png
from tests.generation.harness import Studio, replies, studio


@dataclass
class ReplayedDisk:
    """What survives, as it grows.

    Attributes:
        states: after each step, the surviving files under the root by their relative path.
    """

    root: Path
    states: list[dict[str, bytes]] = field(default_factory=list)
    _bytes: dict[int, bytes] = field(default_factory=dict)
    _names: dict[int, dict[str, int]] = field(default_factory=dict)
    _numbers: dict[int, int] = field(default_factory=dict)
    _made: int = 0
    _last: tuple[str, Path] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def step(self, kind: str, path: Path) -> None:
        """A step begins: the one before it has been done."""
        with self._lock:
            self.settle()
            self._last = (kind, path)

    def settle(self) -> None:
        """Note what the last step made durable."""
        if self._last is None:
            return
        kind, path = self._last
        self._last = None
        try:
            if kind == "sync":
                self.keep(path)
            elif kind == "sync-folder":
                self.names_of(path)
            else:
                if kind in ("create", "folder"):
                    self._begin(path)
                return
        except FileNotFoundError:
            return
        state = self.surviving()
        if not self.states or self.states[-1] != state:
            self.states.append(state)

    def surviving(self) -> dict[str, bytes]:
        """What would be there if the power went now: files under the root by relative path."""
        state: dict[str, bytes] = {}
        self._surviving(self._number(self.root.stat().st_ino), "", state)
        return state

    def _begin(self, path: Path) -> None:
        # The system gives the number of something that is gone to something new.
        self._made += 1
        self._numbers[path.stat().st_ino] = -self._made

    def _number(self, inode: int) -> int:
        return self._numbers.get(inode, inode)

    def begin(self) -> None:
        """Everything that is there now is on the disk."""
        for place, _folders, names in os.walk(self.root):
            self.names_of(Path(place))
            for name in names:
                self.keep(Path(place) / name)

    def keep(self, path: Path) -> None:
        """The bytes of a file are durable as they are now."""
        self._bytes[self._number(path.stat().st_ino)] = path.read_bytes()

    def names_of(self, folder: Path) -> None:
        """The names of a folder are durable as they are now."""
        found = {}
        for one in folder.iterdir():
            try:
                about = one.lstat()
            except FileNotFoundError:
                # Another thread has renamed it: under that name it was not there.
                continue
            number = found[one.name] = self._number(about.st_ino)
            if stat.S_ISDIR(about.st_mode):
                self._names.setdefault(number, {})
        self._names[self._number(folder.stat().st_ino)] = found

    def _surviving(self, folder: int, place: str, state: dict[str, bytes]) -> None:
        for name, number in self._names[folder].items():
            if number in self._names:
                self._surviving(number, f"{place}{name}/", state)
            else:
                # A name whose bytes were never synced is there, and empty.
                state[f"{place}{name}"] = self._bytes.get(number, b"")


def built(state: dict[str, bytes], home: Path) -> None:
    """A home with that library and nothing else."""
    for name, data in state.items():
        path = home / "library" / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_bytes(data)


Action = Callable[[Studio], Awaitable[object]]


async def generation(one: Studio) -> None:
    (job,) = await one.submit()
    await one.gone(job)
    await one.core.queue.idle()


async def trash(one: Studio) -> None:
    (picture, *_others) = await one.pictures()
    await one.core.library.trash([picture.id])


async def emptying_it(one: Studio) -> None:
    await trash(one)
    await one.core.library.store.wait_for_tasks()
    await emptying.empty(
        one.core.library.store, (await emptying.contents(one.core.library.store)).ids
    )


async def reference(one: Studio) -> None:
    await one.core.library.keep_input(tiny_png(9, 9), role=Role.FREE, name="lamp")


async def taking_in(one: Studio) -> None:
    file = one.core.paths.data / "scan.png"
    file.write_bytes(tiny_png(12, 7))
    await Import(one.core.library.store, one.core.decoder).run([file], lambda _progress: None)


ACTIONS: dict[str, Action] = {
    "generation": generation,
    "import": taking_in,
    "trash": trash,
    "empty trash": emptying_it,
    "reference": reference,
}


async def recorded(home: Path, action: Action, service: FakeService) -> ReplayedDisk:
    """What one action leaves on such a disk at each of its steps."""
    async with studio(home, service, shared=None) as one:
        # What was there before is on the disk.
        await generation(one)
    disk = ReplayedDisk(home / "library")
    disk.begin()
    async with studio(home, service, shared=None) as one:
        stop = files.watch(disk.step)
        try:
            await action(one)
        finally:
            stop()
        disk.settle()
    return disk


def _recorded(state: dict[str, bytes]) -> set[str]:
    """Ids of the pictures of which a readable record survives."""
    found: set[str] = set()
    for name, data in state.items():
        if name.endswith(".jsonl"):
            for line in data.splitlines(keepends=True):
                with contextlib.suppress(ValueError):
                    record = record_log.decode(line)
                    found.update(picture.id for picture in record.pictures)
                    if record.field == "purged":
                        found.difference_update(id for _yes, ids in record.values for id in ids)
    return found


async def recovered(home: Path, whole: int) -> list[Picture]:
    """The library of a home after its next two starts, found sound."""
    for _start in range(2):
        async with studio(home, shared=None) as one:
            await one.core.recover()
            pictures = await one.core.library.every()
            report = await server.check(one.core)
            assert report.whole, report
            assert report.orphans == (), report
            assert len(pictures) >= whole, (len(pictures), whole)
    return pictures


def every_prefix(folder: Path, names: tuple[str, ...] = tuple(ACTIONS)) -> int:
    """Recover from every state of every action; how many there were."""
    count = 0
    for name in names:
        with replies() as service:
            disk = asyncio.run(recorded(folder / name, ACTIONS[name], service))
        assert disk.states, name
        for number, state in enumerate(disk.states):
            home = folder / f"{name}-{number}"
            built(state, home)
            # Whole answers are pictures afterwards, and those there before still are.
            known = _recorded(state)
            whole = any(path.endswith("/whole.json") and data for path, data in state.items())
            least = max(len(known), 2 if whole else name != "empty trash")
            pictures = asyncio.run(recovered(home, least))
            assert known <= {picture.id for picture in pictures}
            assert len({picture.id for picture in pictures}) == len(pictures)
            shutil.rmtree(home)
            count += 1
    return count
