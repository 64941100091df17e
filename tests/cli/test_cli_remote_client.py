"""Commands that write while another process owns the library: the owner does the work."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.program import KEY, ROOT, CliProgram, Result, Started
from tests.fake_service import FakeService, Reply

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="ends processes with signals"),
    pytest.mark.usefixtures("warm"),
]

MODEL = "gemini-nano-banana-2.1"
_LIMIT = 120
"""Seconds after which something counts as never coming."""

HOLDER = """
import sys
from pathlib import Path
from studio.common.library_lock import LibraryLock
LibraryLock(Path(sys.argv[1])).acquire()
print("mine", flush=True)
sys.stdin.read()
"""


def remote(service: FakeService) -> tuple[str, ...]:
    return ("--provider", "dgrid", "--base-url", service.url, "--model", MODEL, "--json")


@contextmanager
def owning(program: CliProgram, service: FakeService) -> Iterator[Started]:
    """A `generate` that owns the library until the service answers it, which it does at the end."""
    answer = threading.Event()
    service.script(Reply(wait=answer))
    owner = program.start("generate", "A lamp", *remote(service), env={"GRIDBRUSH_API_KEY": KEY})
    try:
        assert owner.stdout is not None
        while json.loads(owner.stdout.readline())["event"] != "started":
            pass
        yield owner
    finally:
        answer.set()
        if owner.stdout is not None and not owner.stdout.closed:
            try:
                owner.communicate(timeout=_LIMIT)
            except subprocess.TimeoutExpired:
                owner.kill()
                owner.communicate()


def ids(result: Result) -> list[str]:
    return [one["id"] for one in result.only("image")]


def ended(owner: Started) -> tuple[int, str]:
    out, err = owner.communicate(timeout=_LIMIT)
    return owner.returncode, out + err


def test_the_owner_makes_the_pictures_and_the_asker_tells_of_them(
    program: CliProgram, service: FakeService, tmp_path: Path
) -> None:
    answer = threading.Event()
    service.script(Reply(wait=answer))
    owner = program.start("generate", "A lamp", *remote(service), env={"GRIDBRUSH_API_KEY": KEY})
    assert owner.stdout is not None
    while json.loads(owner.stdout.readline())["event"] != "started":
        pass
    words = ("generate", "A {harbour|forest}", "--model", "sketch", "--size", "512", "--json")
    asked = program(*words, "--out", tmp_path / "copies")
    assert asked.code == 0, asked.err
    # The same events as always, and only those of its own run.
    alone = [one["event"] for one in asked.events if one["event"] != "progress"]
    assert sorted(alone) == ["done", "image", "image", "queued", "queued", "started", "started"]
    assert alone[0], alone[-1] == ("queued", "done")
    assert {one["prompt"] for one in asked.only("image")} == {"A harbour", "A forest"}
    for image in asked.only("image"):
        assert Path(image["copy"]).read_bytes() == Path(image["path"]).read_bytes()
    answer.set()
    code, said = ended(owner)
    assert code == 0
    assert "harbour" not in said
    assert said.count('"image"') == 1
    assert len(program("library", "list").out.splitlines()) == 3


def test_changes_are_made_by_the_owner(copied: CliProgram, service: FakeService) -> None:
    listed = [json.loads(line) for line in copied("library", "list", "--json").out.splitlines()]
    first, second = listed[0]["id"], listed[1]["id"]
    with owning(copied, service) as owner:
        rated = copied("library", "rate", "4", first, "--json")
        assert rated.code == 0, rated.err
        assert json.loads(rated.out) == {"changed": True, "sentence": "1 picture rated"}
        assert (
            copied("library", "tag", second, "--add", "keep").out == "Tags of 1 picture changed\n"
        )
        assert copied("library", "trash", first).code == 0
        assert copied("library", "rebuild", "--json").out == '{"pictures":3}\n'
        # What cannot be done is said as it would be said here.
        unknown = copied("library", "rate", "4", "no-such-picture")
        assert (unknown.code, unknown.out) == (2, "")
        assert "no-such-picture not found" in unknown.err
        assert owner.poll() is None
    shown = json.loads(copied("library", "show", first, "--json").out)
    assert (shown["rating"], shown["trashed"]) == (4, True)
    assert json.loads(copied("library", "show", second, "--json").out)["tags"] == ["keep"]


def test_references_and_edits_go_through_the_owner(
    copied: CliProgram, service: FakeService, tmp_path: Path
) -> None:
    listed = [json.loads(line) for line in copied("library", "list", "--json").out.splitlines()]
    more = tmp_path / "reference.png"
    more.write_bytes(Path(listed[1]["path"]).read_bytes())
    with owning(copied, service):
        words = ("generate", "Greener", "--model", "sketch", "--edit", listed[0]["id"])
        made = copied(*words, "--ref", more, "--json")
        assert made.code == 0, made.err
    (id,) = ids(made)
    parents = json.loads(copied("library", "show", id, "--json").out)["parents"]
    assert [(one["role"], one["picture"]) for one in parents] == [
        ("edit", listed[0]["id"]),
        ("free", None),
    ]


def test_ctrl_c_stops_what_was_passed_on_and_nothing_else(
    program: CliProgram, service: FakeService
) -> None:
    with owning(program, service) as owner:
        asker = program.start("generate", "A lamp", "--model", "sketch-slow", "--json")
        assert asker.stdout is not None
        while json.loads(asker.stdout.readline())["event"] != "progress":
            pass
        asker.send_signal(signal.SIGINT)
        code, said = ended(asker)
        assert code == 130
        assert '"kind":"cancelled"' in said
        assert owner.poll() is None
    assert owner.returncode == 0


@pytest.mark.parametrize("state", ["stuck", "killed"])
def test_an_owner_that_does_not_answer_is_named(
    program: CliProgram, service: FakeService, state: str
) -> None:
    with owning(program, service) as owner:
        if state == "stuck":
            owner.send_signal(signal.Signals["SIGSTOP"])
            try:
                # The owner is stopped for as long as the command runs.
                asked = program("generate", "A lamp", "--model", "sketch")
            finally:
                owner.send_signal(signal.Signals["SIGCONT"])
            assert asked.code == 8
            assert f"process {owner.pid} on {socket.gethostname()}" in asked.err
        else:
            owner.kill()
            owner.wait()
            # The lock went with its process: nobody is asked, and what it left is not lost.
            asked = program("generate", "A lamp", "--model", "sketch")
            assert asked.code == 0, asked.err


def test_a_holder_without_a_bell_is_named(program: CliProgram) -> None:
    library = program.home / "library"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(library)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "mine\n"
        asked = program("library", "rebuild")
        assert asked.code == 8
        assert f"process {holder.pid}" in asked.err
        # Who only reads does not wait for it.
        assert program("library", "list").code == 0


def test_an_owner_that_dies_under_way_is_said_and_nothing_is_asked_twice(
    program: CliProgram, service: FakeService
) -> None:
    with owning(program, service) as owner:
        asker = program.start("generate", "A lamp", "--model", "sketch-slow", "--json")
        assert asker.stdout is not None
        while json.loads(asker.stdout.readline())["event"] != "progress":
            pass
        owner.kill()
        code, said = ended(asker)
        assert code == 8
        assert "has closed" in said
    assert len(program("library", "list").out.splitlines()) == 0


def test_the_same_key_and_address_are_meant_or_it_is_not_sent(
    program: CliProgram, service: FakeService
) -> None:
    with owning(program, service):
        words = ("generate", "A second lamp", *remote(service))
        other = program(*words, env={"GRIDBRUSH_API_KEY": "sk-another-key-of-mine"})
        assert other.code == 8
        assert "GRIDBRUSH_API_KEY cannot be used" in other.err
        elsewhere = [word if word != service.url else "http://127.0.0.1:9" for word in words]
        assert program(*elsewhere, env={"GRIDBRUSH_API_KEY": KEY}).code == 2
        assert len(service.requests) == 1
        same = program(*words, env={"GRIDBRUSH_API_KEY": KEY})
        assert same.code == 0, same.err
        assert len(service.requests) == 2
    assert not any(KEY.encode() in data for data in program.written().values())


def listening_ports(pid: int) -> list[str]:
    """Addresses on which a process listens for TCP, as the system tells."""
    own = {
        str(one.readlink()).partition("[")[2].rstrip("]")
        for one in Path(f"/proc/{pid}/fd").iterdir()
        if one.is_symlink() and str(one.readlink()).startswith("socket:")
    }
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in own:
                found.append(fields[1])
    return found


def test_only_this_user_reaches_the_owner(
    program: CliProgram, service: FakeService, room: Path
) -> None:
    runtime = room / "runtime"
    runtime.mkdir(mode=0o700)
    answer = threading.Event()
    service.script(Reply(wait=answer))
    env = {"GRIDBRUSH_API_KEY": KEY, "XDG_RUNTIME_DIR": str(runtime)}
    owner = program.start("generate", "A lamp", *remote(service), env=env)
    assert owner.stdout is not None
    while json.loads(owner.stdout.readline())["event"] != "started":
        pass
    (bell,) = runtime.iterdir()
    about = bell.stat()
    assert stat.S_ISSOCK(about.st_mode)
    assert stat.S_IMODE(about.st_mode) == 0o600
    if sys.platform == "linux" and os.geteuid() == 0:  # nobody else may look into the program
        assert listening_ports(owner.pid) == []
    # Strangers' words are no requests.
    if sys.platform != "win32":
        with socket.socket(socket.AF_UNIX) as line_:
            line_.connect(str(bell))
            line_.sendall(b"work\nffffffff{}")
            assert line_.recv(16) == b"ok\n"
            line_.settimeout(_LIMIT)
            assert line_.recv(16) == b""
    answer.set()
    code, _said = ended(owner)
    assert code == 0
    assert list(runtime.iterdir()) == []


def test_the_window_does_what_is_passed_to_it(program: CliProgram) -> None:
    window = program.start()
    try:
        lock = program.home / "library" / ".gridbrush" / "lock"
        end = time.monotonic() + _LIMIT
        while not (lock.exists() and lock.read_text()):
            assert window.poll() is None, window.communicate()
            assert time.monotonic() < end
        # A window that is still starting hangs its bell a moment later.
        while (asked := program("generate", "A lamp", "--size", "512", "--json")).code == 8:
            assert time.monotonic() < end
        assert asked.code == 0, asked.err
        assert asked.order[-2:] == ["image", "done"]
        assert program("library", "rate", "3", *ids(asked)).out == "1 picture rated\n"
    finally:
        window.terminate()
        code, said = ended(window)
    assert code == 0, said
    (picture,) = [json.loads(x) for x in program("library", "list", "--json").out.splitlines()]
    assert picture["rating"] == 3
