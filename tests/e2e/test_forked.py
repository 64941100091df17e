"""A forked program prints, ends and is ended as a new process is."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.forks import ForkedCommand
from tests.desktop.session import Session
from tests.e2e.desktop import Desktop
from tests.e2e.forked import forked

pytestmark = pytest.mark.desktop


@pytest.mark.parametrize("words", [("--version",), ("library", "list", "--no-such-option")])
def test_it_prints_and_ends_as_a_new_process_does(
    warm: str, private_home: Session, tmp_path: Path, words: tuple[str, ...]
) -> None:
    output = tmp_path / "said"
    fork = forked(warm, words, environ=private_home.environ, output=output)
    code = fork.wait(60)
    new = Desktop(private_home)
    try:
        program = new.begin(*words, home=None)
        assert (program.wait_for_end(), program.output.read_text()) == (code, output.read_text())
    finally:
        new.reader.close()
    assert output.read_text()


def test_one_that_runs_is_waited_for_named_and_killed(user: Desktop, home: Path) -> None:
    program = user.start(home=home)
    assert isinstance(program.process, ForkedCommand)
    with pytest.raises(subprocess.TimeoutExpired):
        program.process.wait(0)
    assert program.process.poll() is None
    assert str(program.process.pid) in user.left()
    program.kill()
    assert program.process.poll() == -signal.Signals["SIGKILL"]
    assert str(program.process.pid) not in user.left()
