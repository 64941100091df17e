"""Records and journal, with the power going at any step: what was promised is there.

Hypothesis draws what is done, and where the power goes: at once, or before the n-th durable step of
what is being done. What was not synced by then is gone; of a file that was being appended to, any
part of what was added may have reached the disk. Then both are opened again, and compared with what
had been reported done.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from studio.common import files
from studio.domain.entities import GenerationRequest, Job, new_id
from studio.generation.journal import Journal
from studio.generation.journal_entry import EndReason, JournalEntry, Stage
from studio.library.log import records
from studio.library.log.record_log import RecordLog
from studio.library.log.records import Record
from tests.any_text import any_text
from tests.torture.replay import ReplayedDisk

ORDER = [Stage.QUEUED, Stage.SENT, Stage.CUT, Stage.WHOLE]


class PowerGone(BaseException):
    """Not an Exception: nothing in the program may catch it and go on."""


class Power(RuleBasedStateMachine):
    """A record log and a journal on a disk that forgets what was not synced.

    Attributes:
        written: records that were reported durable, in order.
        reached: how far each attempt was reported to be, and the body of its answer.
        over: attempts that were reported closed for good.
        loose: attempts that may come back, because forgetting them again costs nothing.
        maybe: what was being done when the power went: it may be there or not.
        crashes: how often the power went, in all stories.
    """

    crashes = 0

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="power-"))
        self.number = 0
        self.written: list[str] = []
        self.reached: dict[str, tuple[Stage, bytes]] = {}
        self.over: set[str] = set()
        self.loose: set[str] = set()
        self.maybe: set[str] = set()
        self.bodies: dict[str, tuple[files.Appender, bytes]] = {}

    # The machine's own disk

    @initialize()
    def begin(self) -> None:
        self._open({})

    def _open(self, state: dict[str, bytes]) -> None:
        self.number += 1
        self.folder = self.root / str(self.number)
        for name in ("records", "journal"):
            (self.folder / name).mkdir(parents=True)
        for name, data in state.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        self.disk = ReplayedDisk(self.folder)
        self.disk.begin()
        self.steps_left: int | None = None
        self.stop = files.watch(self._step)
        self.log = RecordLog(self.folder / "records")
        self.journal = Journal(self.folder / "journal")

    def _step(self, kind: str, path: Path) -> None:
        if self.steps_left == 0:
            # The step before has been done; this one has not begun.
            raise PowerGone
        if self.steps_left is not None:
            self.steps_left -= 1
        self.disk.step(kind, path)

    def _do(self, act: Callable[[], Any], power: int | None) -> Any:
        """Do it; None when the power went before the `power`-th of its steps."""
        self.steps_left = power
        try:
            return act()
        except PowerGone:
            return None
        finally:
            gone, self.steps_left = self.steps_left == 0 and power is not None, None
            self.went = gone

    def _crash(self, torn: float) -> None:
        Power.crashes += 1
        self.disk.settle()
        self.stop()
        state = self.disk.surviving()
        for name, data in state.items():
            path = self.folder / name
            if path.name == "answer" or path.suffix == ".jsonl":
                # What was appended meanwhile is on its way, in order.
                more = path.read_bytes() if path.is_file() else data
                if more.startswith(data):
                    state[name] = more[: len(data) + int(torn * (len(more) - len(data)))]
        self.log.close()
        for body, _data in self.bodies.values():
            body.close()
        self.bodies.clear()
        shutil.rmtree(self.folder)
        self._open(state)
        self._look()

    def _look(self) -> None:
        """What was promised is there, and nothing that nobody asked for."""
        found = [record.id for record, *_place in self.log.read()]
        assert found[: len(self.written)] == self.written, "a record is lost or out of order"
        assert set(found[len(self.written) :]) <= self.maybe
        assert len(set(found)) == len(found)
        self.written = found
        alive = {one.entry.attempt: one for one in self.journal.recover()}
        assert self.journal.unreadable == []
        for attempt, (stage, body) in self.reached.items():
            if attempt in self.loose and attempt not in alive:
                continue
            one = alive[attempt]
            assert not one.damaged
            assert ORDER.index(one.stage) >= ORDER.index(stage), (attempt, stage, one.stage)
            if stage in (Stage.WHOLE, Stage.CUT):
                assert one.entry.body.read_bytes() == body
                assert one.head is not None
                assert (one.head.status, one.head.headers) == (200, {"x-request-id": attempt})
        assert not self.over & set(alive), "what was over comes back"
        assert set(alive) - set(self.reached) <= self.maybe | self.loose
        self.reached = {
            attempt: (one.stage, one.entry.body.read_bytes() if one.bytes else b"")
            for attempt, one in alive.items()
        }
        self.loose &= set(alive)
        self.maybe = set()

    # What the program does

    power = st.none() | st.integers(0, 3) | st.integers(0, 8)
    torn = st.sampled_from([0.0, 0.3, 0.9, 1.0])

    @rule(power=power, torn=torn, words=any_text(max_size=30))
    def append(self, power: int | None, torn: float, words: str) -> None:
        self._append(power, torn, words)

    def _append(self, power: int | None, torn: float, words: str) -> None:
        record: Record = records.change("title", [(words, ["p"])], [("", ["p"])])
        self.maybe.add(record.id)
        self._do(lambda: self.log.append(record), power)
        if self.went:
            self._crash(torn)
        else:
            self.written.append(record.id)

    @rule(power=power, torn=torn, number=st.integers(1, 3))
    def queue(self, power: int | None, torn: float, number: int) -> None:
        request = GenerationRequest(profile="sketch", model="sketch", prompt="A lamp")
        jobs = [Job(id=new_id(), run="r", request=request, created=1.0) for _n in range(number)]
        before = self._attempts()
        entries = self._do(lambda: self.journal.queue_some(jobs), power)
        if self.went:
            self.maybe |= self._attempts() - before
            self._crash(torn)
        else:
            self.reached.update({entry.attempt: (Stage.QUEUED, b"") for entry in entries})

    def _attempts(self) -> set[str]:
        return {path.name for path in self.journal.folder.iterdir()}

    def _pick(self, data: st.DataObject, *stages: Stage) -> str | None:
        every = [
            attempt
            for attempt, (stage, _body) in self.reached.items()
            if stage in stages and attempt not in self.loose
        ]
        return data.draw(st.sampled_from(sorted(every))) if every else None

    def _entry(self, attempt: str) -> JournalEntry:
        return JournalEntry(self.journal.folder / attempt)

    @precondition(lambda self: self.reached)
    @rule(data=st.data(), power=power, torn=torn)
    def send(self, data: st.DataObject, power: int | None, torn: float) -> None:
        if attempt := self._pick(data, Stage.QUEUED):
            self._do(lambda: self.journal.sent(self._entry(attempt)), power)
            if self.went:
                self._crash(torn)
            else:
                self.reached[attempt] = (Stage.SENT, b"")

    @precondition(lambda self: self.reached)
    @rule(data=st.data(), power=power, torn=torn, body=st.binary(min_size=1, max_size=2000))
    def arrive(self, data: st.DataObject, power: int | None, torn: float, body: bytes) -> None:
        attempt = self._pick(data, Stage.SENT)
        if attempt is None:
            return

        def some() -> files.Appender:
            if attempt not in self.bodies:
                head = {"x-request-id": attempt}
                begun = self.journal.begin_answer(self._entry(attempt), 200, head)
                self.bodies[attempt] = (begun, b"")
            answer, so_far = self.bodies[attempt]
            answer.append(body)
            self.bodies[attempt] = (answer, so_far + body)
            return answer

        self._do(some, power)
        if self.went:
            self._crash(torn)

    @precondition(lambda self: self.bodies)
    @rule(data=st.data(), power=power, torn=torn, whole=st.booleans())
    def end(self, data: st.DataObject, power: int | None, torn: float, whole: bool) -> None:
        attempt = data.draw(st.sampled_from(sorted(self.bodies)))
        answer, body = self.bodies[attempt]
        entry = self._entry(attempt)

        def mark() -> None:
            if whole:
                self.journal.whole(entry, answer, 1.0)
            else:
                self.journal.cut(entry, answer, "reset", 1.0)

        self._do(mark, power)
        if self.went:
            self._crash(torn)
        else:
            del self.bodies[attempt]
            self.reached[attempt] = (Stage.WHOLE if whole else Stage.CUT, body)

    @precondition(lambda self: self.reached)
    @rule(data=st.data(), power=power, torn=torn, recorded=st.booleans())
    def close(self, data: st.DataObject, power: int | None, torn: float, recorded: bool) -> None:
        attempt = self._pick(data, *ORDER)
        if attempt is None or attempt in self.bodies:
            return
        entry = self._entry(attempt)
        self._do(lambda: self.journal.close(entry, EndReason.RECORDED, lasting=not recorded), power)
        if self.went:
            self.loose.add(attempt)
            self._crash(torn)
        elif recorded:
            # Not durable: it may come back, and is then forgotten once more.
            self.loose.add(attempt)
        else:
            del self.reached[attempt]
            self.over.add(attempt)

    @rule(torn=torn, body=st.binary(min_size=1, max_size=50), whole=st.booleans())
    def answered(self, torn: float, body: bytes, whole: bool) -> None:
        """The usual way of one job, and then the power goes."""
        request = GenerationRequest(profile="sketch", model="sketch", prompt="A boat")
        entry = self.journal.queue(Job(id=new_id(), run="r", request=request, created=1.0))
        self.journal.sent(entry)
        answer = self.journal.begin_answer(entry, 200, {"x-request-id": entry.attempt})
        answer.append(body)
        if whole:
            self.journal.whole(entry, answer, 1.0)
        else:
            self.journal.cut(entry, answer, "reset", 1.0)
        self.reached[entry.attempt] = (Stage.WHOLE if whole else Stage.CUT, body)
        self._crash(torn)

    @rule(torn=torn, words=any_text(max_size=30))
    def appended_in_part(self, torn: float, words: str) -> None:
        """The power goes while a record is on its way to the disk."""
        self._append(1, torn, words)

    @rule(torn=torn)
    def crash(self, torn: float) -> None:
        self._crash(torn)

    def teardown(self) -> None:
        if hasattr(self, "disk"):
            self._crash(0.0)
            self.stop()
            self.log.close()
        shutil.rmtree(self.root, ignore_errors=True)


def play(examples: int, steps: int = 25) -> int:
    """Draw so many stories of so many steps each; how many times the power went."""
    Power.crashes = 0
    run_state_machine_as_test(
        Power,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return Power.crashes


def test_what_was_promised_survives_the_power() -> None:
    assert play(20) > 20
