"""No output contains terminal controls, wherever its texts come from."""

from __future__ import annotations

import ast
import contextlib
import json
import os
import sys
import unicodedata
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.__main__ import main
from studio.common.terminal import escaped, harmless
from tests.any_text import any_text
from tests.cli.program import HANG_SECONDS, CliProgram
from tests.fake_service import FakeService, Reply, answer_with, tiny_png
from tests.source_files import STUDIO, dotted, nodes, parsed, texts

ESCAPES = (
    "\x1b]0;owned\x07\x1b[31m\x9b31m\x7f\x08\x0b\x0c\r\x00\u202ereversed\u2066\u2069"
    "\u2028\u2029\x85\ufeff\u200f\U000e0041end"
)
TYPED = ESCAPES.replace("\x00", "")
"""What a command line can be given: its words end at a zero."""


def forbidden(text: str) -> list[str]:
    """Signs a terminal obeys, or that make it show a line as something else."""
    kinds = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    return [
        sign
        for sign in text
        if unicodedata.category(sign) in kinds and sign not in "\n\t\u200c\u200d"
    ]


@settings(max_examples=300, deadline=None)
@given(any_text())
def test_harmless_text_has_no_sign_that_is_obeyed(text: str) -> None:
    assert forbidden(harmless(text)) == []
    assert len(harmless(text)) == len(text)
    assert not {"\n", "\t"} & set(harmless(text, lines=False))


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_says_the_same_with_its_signs_written_out(text: str) -> None:
    line = escaped(json.dumps({text: text}, ensure_ascii=False))
    assert forbidden(line) == []
    assert json.loads(line) == {text: text}


AT_HOME = {
    "print": set(),
    "input": set(),
    # The streams without their guard: set up before it, and drawn upon.
    "bare": {"cli/output.py", "cli/drawing.py"},
    "StreamHandler": {"common/log_files.py"},
    "basicConfig": set(),
    "getpass": {"cli/key.py"},
    "print_exc": set(),
    "print_exception": set(),
    "print_usage": set(),
    "excepthook": set(),
}
WRITES = {"cli/output.py", "cli/stderr.py", "ui/app/probe.py", "ui/app/startup.py"}


def test_everything_is_written_through_the_door() -> None:
    for file, source in texts():
        if file in ("common/terminal.py", "imaging/worker.py"):
            continue  # the door; and the decoding process, whose output is no text
        for node in nodes(parsed(source)):
            if isinstance(node, ast.Call):
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                assert file in AT_HOME.get(called, {file}), f"{file}: {called}"
                assert not isinstance(node.func, ast.Name) or called != "print", file
            if not isinstance(node, ast.Attribute):
                continue
            written = dotted(node)
            if written.startswith(("sys.stdout.", "sys.stderr.")):
                what = written.split(".")[2]
                assert what in {"isatty", "encoding", "fileno"} or file in WRITES, written
                assert what != "buffer", f"{file} goes around the door"
            assert written not in ("sys.__stdout__", "sys.__stderr__"), file


def test_what_is_drawn_goes_through_one_place_and_its_words_are_harmless() -> None:
    """Only the rows write without the guard, and all texts of theirs are made in one place."""
    tree = ast.parse((STUDIO / "cli/drawing.py").read_text(encoding="utf-8"))
    calls = [
        (function.name, node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
    ]
    written = {name for name, node in calls if ast.unparse(node.func) == "self._stream.write"}
    assert written == {"_write"}
    (words,) = [ast.unparse(node) for name, node in calls if ast.unparse(node.func) == "Row"]
    assert words == "Row(words, total)"
    made = [
        ast.unparse(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "words"
    ]
    assert [one.startswith("harmless(text, lines=False).") for one in made] == [True]


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """Runs a command in this process; what it wrote, looked at sign by sign."""
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    monkeypatch.setenv("HOME", str(tmp_path))

    def command(*words: str) -> str:
        with contextlib.suppress(SystemExit):
            main(["--home", str(tmp_path / "home"), *words])
        out, err = capsys.readouterr()
        assert forbidden(out + err) == [], (words, out, err)
        for line in out.splitlines() if "--json" in words else ():
            json.loads(line)
        return out + err

    return command


def answer(replies: list[Reply], _request: object) -> Reply:
    """The next of these."""
    return replies.pop(0)


def test_no_command_writes_what_its_words_say_to_a_terminal(
    run: Callable[..., str], tmp_path: Path
) -> None:
    body = answer_with(tiny_png())
    body["candidates"][0]["content"]["parts"].append({"text": ESCAPES})
    good, bad = Reply(body=body), Reply(status=400, body={"error": {"message": ESCAPES}})
    image = tmp_path / f"pic{TYPED.replace('/', '')}.png"
    image.write_bytes(tiny_png())
    made = run("generate", f"fox {TYPED}", "--size", "512", "--json")
    (id,) = [e["id"] for e in map(json.loads, made.splitlines()) if e["event"] == "image"]
    run("generate", f"owl {TYPED}", "--size", "512", "--out", str(tmp_path / f"out{TYPED}"))
    run("library", "tag", id, "--add", f"tag {TYPED}")
    run("library", "collect", f"shelf {TYPED}", id)
    run("library", "collect", f"found {TYPED}", "--search", "fox")
    run("library", "import", str(image))
    run("library", "import", str(tmp_path / f"none{TYPED}"))
    for how in ((), ("--json",)):
        for words in (
            ("list",), ("show", id), ("collections",), ("history",), ("stats",), ("verify",),
            ("show", f"x{TYPED}"), ("list", f"nonsense:{TYPED}"), ("undo",),
        ):  # fmt: skip
            run("library", *words, *how)
        run("models", "--provider", f"x{TYPED}", *how)
        run("key", "status", "--provider", f"x{TYPED}", *how)
        replies = [good, bad]
        with FakeService(fallback=partial(answer, replies)) as service:
            there = ("--provider", "dgrid", "--base-url", service.url, *how)
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("GRIDBRUSH_API_KEY", "key-of-a-test-0123456789")
                run("generate", f"hare {TYPED}", *there)
                run("generate", f"hare {TYPED}", *there)
    for wrong in (
        (f"--{TYPED}",), (f"nothing{TYPED}.png",), ("generate", "x", "--aspect", TYPED),
        ("generate", "x", "--count", TYPED), ("generate", "x", "--ref", TYPED),
        ("library", TYPED), ("generate", "x", "--model", TYPED), (f"generat{TYPED}",),
        ("generate", "x", "--safety", TYPED), ("--log-level", TYPED),
        ("models", "--base-url", TYPED),
    ):  # fmt: skip
        run(*wrong)
    log = tmp_path / "home/state/logs/gridbrush.log"
    assert forbidden(log.read_text(encoding="utf-8")) == []


def ends() -> tuple[int, int]:
    """Both ends of a pseudo-terminal."""
    if sys.platform != "win32":
        import pty

        return pty.openpty()
    else:
        raise NotImplementedError


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.usefixtures("warm")
def test_a_bar_shows_a_prompt_and_obeys_none(program: CliProgram) -> None:
    here, terminal_end = ends()
    words = ("generate", f"Waves {TYPED}", "--model", "sketch-overloaded", "--size", "512")
    env = {"TERM": "xterm", "COLUMNS": "200"}
    with program.start_in(terminal_end, *words, env=env) as running:
        os.close(terminal_end)
        shown = b""
        try:
            while piece := os.read(here, 65536):
                shown += piece
        except OSError:
            pass  # the other end was closed
        assert running.wait(HANG_SECONDS) == 0, shown
    os.close(here)
    text = shown.decode()
    assert "Waves" in text
    # The bar itself moves about; what it was told has no say in that.
    for sign in ("\x1b]", "\x07", "\x9b", "\x7f", "\u202e", "\u2066", "\u2028", "\x85"):
        assert sign not in text, repr(sign)
