"""Decoding processes of the tests: forks of one process, and otherwise as the program's own."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from studio.imaging import decoder
from studio.imaging.decoder import Decoder
from tests import warm_decoder
from tests.canary import KEY
from tests.fake_service import tiny_png

assert sys.platform == "linux", "left out elsewhere by conftest.py"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "a.png"
    made.write_bytes(tiny_png())
    return made


def run(work: Callable[[Decoder], Awaitable[None]]) -> None:
    async def whole() -> None:
        one = Decoder()
        try:
            await work(one)
        finally:
            await one.close()

    asyncio.run(whole())


def process_of(one: Decoder) -> warm_decoder.ForkedProcess:
    child = one._hands[0].child
    assert child is not None
    process: object = child._process
    assert isinstance(process, warm_decoder.ForkedProcess)
    return process


def about(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _colon, value in (line.partition(":") for line in lines)}


def test_one_process_forks_them_all(path: Path) -> None:
    parents = set()

    async def work(one: Decoder) -> None:
        assert (await one.probe(path)).complete
        parents.add(about(process_of(one).pid)["PPid"])

    run(work)
    run(work)
    (parent,) = parents
    assert about(int(parent))["PPid"] == str(os.getpid())


def test_it_is_confined_as_the_program_s_own(path: Path) -> None:
    async def work(one: Decoder) -> None:
        await one.probe(path)
        found = about(process_of(one).pid)
        assert (found["NoNewPrivs"], found["Seccomp"], found["Threads"]) == ("1", "2", "2")
        limits = Path(f"/proc/{process_of(one).pid}/limits").read_text()
        assert f"{1 << 20} " in next(line for line in limits.splitlines() if "file size" in line)

    run(work)


def test_one_that_is_killed_is_replaced(path: Path) -> None:
    async def work(one: Decoder) -> None:
        await one.probe(path)
        first = process_of(one)
        first.kill()
        assert await asyncio.to_thread(first.wait, 60) == -signal.SIGKILL
        assert (await one.probe(path)).complete
        assert process_of(one).pid != first.pid

    run(work)


def test_one_whose_input_ends_is_over_and_says_how(path: Path) -> None:
    async def work(one: Decoder) -> None:
        await one.probe(path)
        process = process_of(one)
        assert process.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.0)
        process.stdin.close()
        assert await asyncio.to_thread(process.wait, 60) == 0

    run(work)


def test_the_key_is_not_in_the_memory_they_begin_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDBRUSH_API_KEY", KEY)
    one = warm_decoder.WarmSubprocess()
    try:
        one.started()
        assert one._server is not None
        environ = Path(f"/proc/{one._server.pid}/environ").read_bytes()
    finally:
        one.close()
    assert KEY.encode() not in environ


@pytest.mark.parametrize("cold", [True, False])
def test_other_commands_and_cold_ones_are_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, cold: bool
) -> None:
    started: list[list[str]] = []

    def start(args: list[str], **_more: object) -> str:
        started.append(list(args))
        return "started"

    monkeypatch.setattr(subprocess, "Popen", start)
    one = warm_decoder.WarmSubprocess()
    one.cold = cold
    command = decoder.worker_command() if cold else ["another"]
    with (tmp_path / "errors").open("wb") as errors:
        assert one.Popen(command, stderr=errors, env={}) == "started"
    assert started == [command]


def test_when_the_process_that_forks_is_lost_another_one_does(tmp_path: Path) -> None:
    one = warm_decoder.WarmSubprocess()
    control, first = one.started(), one._server
    assert first is not None
    first.kill()
    first.wait()
    environ = decoder.process_environment()
    with (tmp_path / "errors").open("wb") as errors:
        with pytest.raises(OSError, match=r"ended|pipe|[Cc]onnection"):
            warm_decoder.ForkedProcess(control, ["x"], environ, errors.fileno())
        process = one.Popen(decoder.worker_command(), stderr=errors, env=environ)
    with process.stdin, process.stdout:
        process.kill()
        assert process.wait(60) == -signal.SIGKILL
    assert one._server is not first
    one.close()


def test_after_a_start_that_failed_there_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_more: object) -> None:
        raise OSError("Too many open files")

    one = warm_decoder.WarmSubprocess()
    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "Popen", fail)
        with pytest.raises(OSError, match="Too many"):
            one.started()
    assert one.started().fileno() >= 0
    one.close()
