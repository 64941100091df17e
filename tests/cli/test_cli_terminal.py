"""Output in a terminal, and a disk that fails in the middle."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import sys
from pathlib import Path

import pytest

from studio.cli import generate
from studio.cli import run as cli_run
from studio.cli.parser import parse
from studio.common import files, paths
from tests.cli.program import HANG_SECONDS, CliProgram, Result

pytestmark = pytest.mark.usefixtures("warm")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    ("words", "answer", "code"),
    [
        (["generate", "Waves", "--size", "512"], b"", 0),
        (["generate", "x", "--count", "17", "--model", "sketch-words"], b"n\n", 2),
        (["generate", "x", "--count", "17", "--model", "sketch-words"], b"y\n", 3),
        (["library", "verify"], b"", 0),
        (["models", "--provider", "sketch"], b"", 0),
    ],
    ids=["generate", "no", "yes", "verify", "models"],
)
def test_in_a_terminal_it_asks_and_shows_how_far_it_is(
    copied: CliProgram, words: list[str], answer: bytes, code: int
) -> None:
    main, terminal = _terminal()
    with copied.start_in(terminal, *words, env={"TERM": "xterm", "COLUMNS": "100"}) as running:
        os.close(terminal)
        os.write(main, answer)
        shown = b""
        while piece := _read(main):
            shown += piece
        assert running.wait(HANG_SECONDS) == code, shown
    os.close(main)
    text = shown.decode()
    assert "Traceback" not in text
    assert "{" not in text
    if words[0] == "generate" and code == 0:
        assert "Waves" in text
        assert ".png" in text
    if answer:
        assert "17 pictures" in text
    if words[0] == "library":
        assert "4 of 4" in text


def _terminal() -> tuple[int, int]:
    """Both ends of a pseudo-terminal."""
    if sys.platform != "win32":
        import pty

        return pty.openpty()
    else:
        raise NotImplementedError


def _read(handle: int) -> bytes:
    try:
        return os.read(handle, 65536)
    except OSError:
        return b""  # the other end was closed


def test_what_was_queued_before_the_disk_was_full_is_still_told(
    program: CliProgram, capsys: pytest.CaptureFixture[str]
) -> None:
    queued = 0

    def step(kind: str, path: Path) -> None:
        nonlocal queued
        queued += kind == "rename" and path.name == "queued.json"
        # A full disk takes nothing new; what is written can still be made durable.
        if queued == 3 and kind != "sync-folder":
            raise OSError(errno.ENOSPC, "No space left on device")

    options = parse(
        ["--home", str(program.home), "generate", "{a|b|c|d}", "--size", "512", "--json"]
    )
    stop = files.watch(step)
    try:
        code = asyncio.run(cli_run.run_command(generate.run, options, paths.find(program.home)))
    finally:
        stop()
    out, err = capsys.readouterr()
    assert code == 8
    assert "full" in err
    events = [json.loads(line)["event"] for line in out.splitlines()]
    assert events.count("queued") == 2
    assert events.count("image") + events.count("failed") == 2
    assert events[-1] == "done"


def test_a_bug_is_one_sentence_and_its_trace_is_in_the_log(program: CliProgram) -> None:
    broken = program.home / "broken"
    broken.mkdir(parents=True)
    (broken / "sitecustomize.py").write_text(
        "import studio.cli.models as m\nm.run = lambda options, where: 1 / 0\n"
    )
    path = f"{broken}:{program.environment()['PYTHONPATH']}"
    result: Result = program("models", env={"PYTHONPATH": path})
    assert (result.code, result.out) == (1, "")
    assert "Something went wrong inside Gridbrush" in result.err
    log = program.home / "state/logs/gridbrush.log"
    assert str(log) in result.err
    assert "ZeroDivisionError" in log.read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_results_go_where_they_are_sent_even_with_a_bar_in_the_terminal(
    program: CliProgram,
) -> None:
    main, terminal = _terminal()
    words = ("generate", "Waves", "--size", "512")
    with program.start_in(terminal, *words, env={"TERM": "xterm"}, piped=True) as running:
        os.close(terminal)
        while _read(main):
            pass
        assert running.stdout is not None
        (line,) = running.stdout.read().splitlines()
        assert Path(line).is_file()
    os.close(main)
