"""Standard streams that are closed, full, abandoned or of another encoding lose no picture.

Of each kind one command is started anew, for what Python itself does with such streams at its
start; the others are forked (`tests.cli.warm`).
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import HANG_SECONDS, CliProgram, Result

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="a shell closes the streams"),
    pytest.mark.usefixtures("warm"),
]


def shell(
    program: CliProgram, redirected: str, *words: str, anew: bool = False, **env: str
) -> Result:
    """The command as a shell runs it, with its streams redirected; `anew`: never forked."""
    command = program.command(*words) if anew else program.forked(*words)
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {redirected}', "sh", *command],
        env=program.environment(env),
        cwd=program.user.parent,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="surrogateescape",
        stdin=subprocess.DEVNULL,
        timeout=HANG_SECONDS,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert "Exception ignored" not in done.stderr, done.stderr
    return Result(done.returncode, done.stdout, done.stderr)


def pictures(program: CliProgram) -> list[Path]:
    return sorted((program.home / "library").glob("2*/*"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["generate", "-"], "prompt is empty"),
        (["key", "set"], "No key"),
        (["generate", "x", "--count", "17"], "--yes"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_without_standard_input_there_is_a_sentence(
    program: CliProgram, words: list[str], said: str
) -> None:
    result = shell(program, "<&-", *words, anew=words[0] == "key")
    assert result.code == 2
    assert said in result.err


@pytest.mark.parametrize("redirected", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("how", [["--json"], []], ids=["json", "plain"])
def test_closed_streams_cost_no_picture_and_no_file_gets_what_was_said(
    program: CliProgram, redirected: str, how: list[str]
) -> None:
    words = ("generate", "A lamp", "--size", "512", *how)
    result = shell(program, redirected, *words, anew=redirected.startswith("<"))
    assert result.code == 0
    assert len(pictures(program)) == 1
    assert program("library", "verify", "--json").code == 0
    if ">&-" not in redirected.replace("2>&-", ""):
        # What belongs on standard error does not turn up among the results.
        assert all(
            json.loads(line) if how else Path(line).is_file() for line in result.out.splitlines()
        )


def test_a_reader_that_left_costs_no_picture_and_no_word(program: CliProgram) -> None:
    line = "| head -n 1"
    words = ("generate", "{a|b} lamp", "--size", "512", "--json")
    result = shell(program, line, *words, anew=True)
    assert [one["event"] for one in result.events] == ["queued"]
    assert result.err == ""
    assert len(pictures(program)) == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_results_that_find_no_room_are_reported_and_copied_all_the_same(
    program: CliProgram, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    words = ("generate", "{a|b} lamp", "--size", "512", "--out", str(out))
    result = shell(program, "> /dev/full", *words)
    assert result.code == 8
    assert "No space left" in result.err
    assert len(pictures(program)) == len(list(out.iterdir())) == 2


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_letters_the_terminal_does_not_have_end_no_command(
    program: CliProgram, encoding: str
) -> None:
    words = ("generate", "föx 😀 狐", "--size", "512")
    odd = f"{encoding}:surrogateescape"
    plain = shell(program, "", *words, anew=encoding == "ascii", PYTHONIOENCODING=odd)
    assert plain.code == 0, plain.err
    told = program(*words, "--json", env={"PYTHONIOENCODING": encoding})
    assert told.only("queued")[0]["prompt"] == "föx 😀 狐"
    assert Path(told.only("image")[0]["path"]).is_file()
    assert shell(program, "", "library", "list", PYTHONIOENCODING=encoding).code == 0


@pytest.mark.parametrize("home", ["~nobody-of-that-name/x", "/tmp/b\udcffd"])
def test_a_home_that_cannot_be_one_is_a_sentence(program: CliProgram, home: str) -> None:
    result = shell(program, "", "library", "stats", "--home", home)
    assert result.code == 2
    assert "cannot be used" in result.err
