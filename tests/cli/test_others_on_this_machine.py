"""Other users, hostile names and hostile files gain nothing, checked from outside."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import stat
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.common import files
from tests.cli.program import CliProgram, made
from tests.cli.test_cli_remote_client import listening_ports

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="modes are those of Unix"),
    pytest.mark.usefixtures("warm"),
]

_LIMIT = 120
NAMES = {
    "up and out": "../../../../outside",
    "absolute": "/etc/passwd",
    "windows": r"C:\Windows\system32\evil.exe",
    "reserved": "CON",
    "reserved with more": "aux.png",
    "dots": "...",
    "controls": "a\x1b[31mred\x07\x00\n\r\tend",
    "bidi": "photo\u202egnp.exe",
    "zero width": "a\u200b\u200d\ufeffb",
    "long": "word " * 800,
    "one long word": "x" * 4_000,
    "emoji": "🦊" * 100,
    "surrogates": "half \udc80 sign",
    "leading dash": "--help -rf /",
    "quotes": "'\";$(touch evil)`touch evil`|&<>?*",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_file_is_named_by_harmless_signs_only(name: str) -> None:
    made_ = files.slug(name)
    assert 0 < len(made_.encode()) <= 60
    assert all(unicodedata.category(sign)[0] in "LNM" or sign == "-" for sign in made_)
    assert not made_.startswith(("-", "."))
    assert made_.split(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}


@pytest.mark.parametrize("name", ["up and out", "controls", "bidi", "long", "quotes"])
def test_a_hostile_prompt_makes_an_ordinary_file(program: CliProgram, name: str) -> None:
    prompt = NAMES[name].replace("\x00", "")
    result = program("generate", "--json", "--size", "512", "--", prompt)
    assert result.code == 0, result.err
    (image,) = result.only("image")
    path = Path(image["path"])
    library = program.home / "library"
    assert path.resolve().parent.parent == library.resolve()
    assert path.is_file()
    visible = [one for one in library.rglob("*") if ".gridbrush" not in one.parts]
    assert len(visible) == 2
    assert not list(program.home.parent.rglob("evil"))
    # A terminal gets no control signs.
    shown = program("library", "list").out
    assert not [sign for sign in shown if unicodedata.category(sign) == "Cc" and sign not in "\t\n"]


def everything(home: Path) -> list[Path]:
    return [home, *home.rglob("*")]


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_no_other_user_can_read_or_write_anything(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        program = made(tmp_path)
        assert program("generate", "A lamp", "--size", "512").code == 0
        id = program("library", "list").out.split("\t")[0]
        assert program("generate", "Greener", "--edit", id, "--size", "512").code == 0
        assert program("library", "rate", "3", id).code == 0
        assert program("library", "trash", id).code == 0
        assert program("library", "backup", str(tmp_path / "all.zip")).code == 0
        window(program)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "all.zip").stat().st_mode) == 0o600
    open_to_others = []
    for path in everything(program.home):
        mode = path.lstat().st_mode
        closed_above = any(
            not stat.S_IMODE(one.stat().st_mode) & 0o077
            for one in path.parents
            if program.home in one.parents
        )
        # The home counts as open: without --home its parts lie in folders the system made.
        if stat.S_IMODE(mode) & 0o077 and not closed_above:
            open_to_others.append((str(path.relative_to(program.home)), oct(mode)))
    # The home itself was made by the user's own wish.
    assert [one for one in open_to_others if one[0] != "."] == []


def window(program: CliProgram, look: Callable[[int], object] = id) -> object:
    """Open a window, wait until it owns the library, look at its process, close it."""
    process = program.start()
    try:
        lock = program.home / "library/.gridbrush/lock"
        end = time.monotonic() + _LIMIT
        while not (lock.exists() and lock.read_text()) or not list(
            (program.home / "state/logs").glob("crash-*")
        ):
            assert process.poll() is None
            assert time.monotonic() < end
        return look(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_window_opens_no_port(program: CliProgram) -> None:
    # The program lets nobody look into it, its own user not either: only root sees its sockets.
    if sys.platform == "linux" and os.geteuid() != 0:
        with pytest.raises(PermissionError):
            window(program, listening_ports)
        pytest.skip("only root sees the sockets of a program that lets nobody look into it")
    assert window(program, listening_ports) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_a_pipe_or_a_device_is_no_reference(program: CliProgram, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.png"
    if sys.platform != "win32":
        os.mkfifo(pipe)
    for name in (pipe, Path("/dev/zero"), tmp_path):
        refused = program("generate", "A lamp", "--ref", name)
        assert refused.code in (2, 8), name
        assert "Traceback" not in refused.err


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (
            b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
            "a.png",
        ),
        (b"%PDF-1.7 ...", "a.jpg"),
        (b"#!/bin/sh\ntouch evil\n", "a.webp"),
        (b"", "a.gif"),
    ],
)
def test_what_is_no_picture_is_not_taken_for_one(
    program: CliProgram, tmp_path: Path, content: bytes, name: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    refused = program("generate", "A lamp", "--ref", file)
    assert refused.code == 2
    assert program("library", "list").out == ""


def test_a_tsv_line_of_a_hostile_prompt_stays_one_line(program: CliProgram) -> None:
    assert program("generate", "=1+1\tx\ny", "--size", "512").code == 0
    (row,) = csv.reader(io.StringIO(program("library", "list").out), delimiter="\t")
    assert len(row) == 5
    (line,) = program("library", "list", "--json").out.splitlines()
    assert json.loads(line)["prompt"] == "=1+1\tx\ny"
