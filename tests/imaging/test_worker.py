"""The decoding process by itself: its pipes, its limits, its end."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from studio.imaging import decoder
from studio.imaging.worker_protocol import read_message, write_message

POSIX = sys.platform != "win32"


def start(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=decoder.process_environment(),
    )


OPEN_TO_LOOKS = [
    sys.executable, "-c",
    (
        "from studio.imaging import decode_jobs as decoding, worker; raise "
        "SystemExit(worker.serve(decoding.JOBS))"
    ),
]  # fmt: skip
"""The process without its seal: else none but root may look into its memory."""


@pytest.fixture
def worker(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[bytes]]:
    with start(getattr(request, "param", None) or decoder.worker_command()) as process:
        yield process
        if process.poll() is None:
            process.kill()


def ready(process: subprocess.Popen[bytes]) -> int:
    message = read_message(process.stdout)  # type: ignore[arg-type]
    assert message is not None
    return int(message[0]["ready"])


def test_it_loads_pillow_and_nothing_large_besides() -> None:
    """Somebody waits for its start, and the tests start it more than a thousand times."""
    code = "import sys; from studio.imaging import worker; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=decoder.process_environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = set(done.stdout.split())
    assert {"PIL.Image", "studio.imaging.decode_jobs"} <= loaded
    assert loaded & {"apsw", "asyncio", "httpx", "msgspec", "PySide6", "typing_extensions"} == set()


def test_a_message_comes_out_as_it_went_in() -> None:
    stream = io.BytesIO()
    write_message(stream, {"path": "/tmp/\udcff ü"}, b"\x00raw\xff")
    write_message(stream, {})
    stream.seek(0)
    assert read_message(stream) == ({"path": "/tmp/\udcff ü"}, b"\x00raw\xff")
    assert read_message(stream) == ({}, b"")
    assert read_message(stream) is None


def test_half_a_message_is_the_end() -> None:
    stream = io.BytesIO()
    write_message(stream, {"a": 1}, b"12345")
    whole = stream.getvalue()
    for cut in range(len(whole)):
        assert read_message(io.BytesIO(whole[:cut])) is None


def test_absurd_lengths_are_refused_before_memory_is_taken() -> None:
    with pytest.raises(ValueError):
        read_message(io.BytesIO(b"\xff" * 12))


COUNTING = """
from studio.imaging import worker

class Pixels(bytes):
    alive = 0

    def __del__(self):
        Pixels.alive -= 1

def make(request):
    Pixels.alive += 1
    return {}, Pixels(b"pixels")

def count(request):
    return {"alive": Pixels.alive}, b""

raise SystemExit(worker.serve({"make": make, "count": count}, confined=False))
"""


@pytest.mark.parametrize("worker", [[sys.executable, "-c", COUNTING]], indirect=True)
def test_an_answer_is_given_up_before_the_next_request(worker: subprocess.Popen[bytes]) -> None:
    ready(worker)
    for job, answer in (("make", ({}, b"pixels")), ("count", ({"alive": 0}, b""))):
        write_message(worker.stdin, {"job": job})  # type: ignore[arg-type]
        assert read_message(worker.stdout) == answer  # type: ignore[arg-type]


def test_it_says_that_it_is_ready_and_ends_with_its_input(
    worker: subprocess.Popen[bytes],
) -> None:
    assert ready(worker) == worker.pid
    assert worker.stdin is not None
    worker.stdin.close()
    assert worker.wait(60) == 0


@pytest.mark.skipif(not POSIX, reason="signals of a terminal")
def test_ctrl_c_in_the_terminal_does_not_end_it(
    worker: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (5, 4)).save(path)
    ready(worker)
    worker.send_signal(signal.SIGINT)
    write_message(worker.stdin, {"job": "probe", "path": str(path)})  # type: ignore[arg-type]
    answer = read_message(worker.stdout)  # type: ignore[arg-type]
    assert answer is not None
    assert answer[0]["width"] == 5


def test_an_unknown_job_is_answered_not_died_of(worker: subprocess.Popen[bytes]) -> None:
    ready(worker)
    write_message(worker.stdin, {"job": "no such thing"})  # type: ignore[arg-type]
    answer = read_message(worker.stdout)  # type: ignore[arg-type]
    assert answer is not None
    assert answer[0]["fault"] == "unreadable"
    assert worker.poll() is None


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_limits_hold_in_the_process_and_not_outside(worker: subprocess.Popen[bytes]) -> None:
    ready(worker)
    limits = Path(f"/proc/{worker.pid}/limits").read_text()
    lines = {line[:26].strip(): line[26:].split() for line in limits.splitlines()}
    assert int(lines["Max address space"][0]) == 3 << 30
    assert lines["Max core file size"][0] == "0"
    assert int(lines["Max file size"][0]) == 1 << 20
    assert os.getpid() != worker.pid


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
@pytest.mark.parametrize("worker", [OPEN_TO_LOOKS], indirect=True)
def test_it_loads_neither_qt_nor_the_network_nor_the_keyring(
    worker: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (5, 4)).save(path)
    ready(worker)
    write_message(worker.stdin, {"job": "probe", "path": str(path)})  # type: ignore[arg-type]
    read_message(worker.stdout)  # type: ignore[arg-type]
    loaded = Path(f"/proc/{worker.pid}/maps").read_text()
    assert "_imaging" in loaded
    for library in ("Qt6", "libssl", "_ssl", "apsw"):
        assert library not in loaded


def test_both_ways_to_start_it_work() -> None:
    for command in ([sys.executable, "-m", "studio.imaging.worker"], decoder.worker_command()):
        with start(command) as process:
            assert ready(process) == process.pid
            assert process.stdin is not None
            process.stdin.close()
            assert process.wait(60) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("worker", [OPEN_TO_LOOKS], indirect=True)
def test_the_memory_of_large_pictures_is_given_back(
    worker: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    small, large = tmp_path / "small.png", tmp_path / "large.png"
    Image.new("RGB", (64, 64), "teal").save(small)
    Image.effect_noise((1600, 1600), 80).convert("RGB").save(large, compress_level=0)
    pid = ready(worker)
    probe(worker, small)
    before = private(pid)
    for _number in range(3):
        probe(worker, large)
    assert private(pid) - before < 2 << 20, "a picture takes four times as much"


def probe(process: subprocess.Popen[bytes], path: Path) -> None:
    assert process.stdin is not None
    write_message(process.stdin, {"job": "probe", "path": str(path), "verify": True})
    message = read_message(process.stdout)  # type: ignore[arg-type]
    assert message is not None
    assert "fault" not in message[0]


def private(pid: int) -> int:
    """Bytes of memory that are a process's own."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty")) << 10
