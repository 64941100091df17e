"""A command that is forked is what a command that starts is: its streams, its end, its process."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator

import pytest

from tests.canary import Watch
from tests.cli.forks import ForkedCommand
from tests.cli.program import HANG_SECONDS, CliProgram

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="forks are for Linux only"),
    pytest.mark.usefixtures("warm"),
]


@pytest.fixture
def watch() -> Iterator[Watch]:
    """A second canary, for a mark of its own."""
    made = Watch(lambda data: b"planted" in data)
    yield made
    made.end()


def test_the_canary_sees_what_a_fork_is_told_and_says(program: CliProgram, watch: Watch) -> None:
    watch.begin(processes=False)
    assert program("library", "list", "planted").code == 0
    assert program("library", "show", "plant" + "ed").code == 2
    watch.end()
    kinds = {leak.partition(", in ")[0].partition(" [")[0] for leak in watch.leaks}
    assert {"the arguments of a program", "said by"} <= kinds


@pytest.mark.parametrize(("name", "ends"), [("SIGKILL", -9), ("SIGTERM", 130)])
def test_a_fork_has_a_process_of_its_own_and_tells_what_ended_it(
    program: CliProgram, name: str, ends: int
) -> None:
    with program.start("generate", "A", "--model", "sketch-slow", "--json") as running:
        assert isinstance(running, ForkedCommand)
        assert running.poll() is None
        assert running.stdout is not None
        while '"started"' not in running.stdout.readline():
            pass
        lock = program.home / "library/.gridbrush/lock"
        assert json.loads(lock.read_text())["pid"] == running.pid
        running.send_signal(signal.Signals[name])
        assert running.wait(HANG_SECONDS) == ends
        # Who has ended is signalled no more: its number may be another's.
        running.kill()
        assert running.wait() == ends
