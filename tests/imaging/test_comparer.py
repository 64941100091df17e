"""The comparing process: its answers, cancellation, limits and replacement."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from studio.common.errors import NotDecoded, PictureUnreadable
from studio.imaging.comparer import ComparedRegion, Comparer, ComparisonResult, comparer_command
from studio.imaging.decoder import process_environment
from studio.imaging.worker_protocol import read_message
from tests.imaging.scenes import WaveScene

SCENE = WaveScene(21)
SIZE = (224, 168)

HANGS = """
import sys, time
from pathlib import Path
from studio.imaging import compare_jobs, worker

def compare(request):
    if Path(request["path"]).name == "hangs.png":
        Path(request["path"]).with_suffix(".begun").touch()
        time.sleep(600)
    return compare_jobs.JOBS["compare"](request)

sys.exit(worker.serve({"compare": compare}, memory=MEMORY, confined=False))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    SCENE.picture(SIZE).save(folder / "first.png")
    SCENE.picture(SIZE, scale=1.01, x=1.9, y=-1.5, gain=(0.95, 1.0, 1.0)).save(folder / "moved.png")
    SCENE.picture((448, 336), scale=2.0).save(folder / "double.png")
    WaveScene(22).picture(SIZE).save(folder / "other.png")
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    return folder


async def compared(folder: Path, first: str, second: str) -> ComparisonResult:
    comparer = Comparer()
    try:
        return await comparer.compare(folder / first, folder / second)
    finally:
        await comparer.close()


async def test_files_are_compared_in_their_own_pixels(folder: Path) -> None:
    found = await compared(folder, "first.png", "moved.png")
    assert (found.aligned, found.reason) == (True, None)
    assert found.size == found.other_size == SIZE
    assert found.zoom == pytest.approx(1.01, abs=0.001)
    right, down = found.shift
    assert right == pytest.approx(1.9 / 1.01 + 112 * 0.01 / 1.01, abs=0.1)
    assert down == pytest.approx(-1.5 / 1.01 + 84 * 0.01 / 1.01, abs=0.1)
    assert found.gain == pytest.approx((1 / 0.95, 1.0, 1.0), abs=0.01)
    assert found.changed == pytest.approx(0.0, abs=0.002)


async def test_a_larger_copy_is_neither_shifted_nor_zoomed(folder: Path) -> None:
    found = await compared(folder, "first.png", "double.png")
    assert found.aligned
    assert found.scale == pytest.approx(2.0, abs=0.005)
    assert found.zoom == pytest.approx(1.0, abs=0.0025)
    assert found.shift == pytest.approx((0.0, 0.0), abs=0.15)


async def test_other_things_are_put_on_each_other_by_their_centres(folder: Path) -> None:
    found = await compared(folder, "first.png", "other.png")
    assert (found.aligned, found.reason, found.changed) == (False, "different", None)
    assert (found.scale, found.x, found.y) == (1.0, 0.0, 0.0)


async def test_a_region_is_left_out_and_a_map_has_the_size_asked_for(
    folder: Path, tmp_path: Path
) -> None:
    with Image.open(folder / "first.png") as first:
        changed = first.copy()
    changed.paste("#ff00ff", (40, 40, 80, 80))
    changed.save(tmp_path / "changed.png")
    comparer = Comparer()
    try:
        whole = await comparer.compare(folder / "first.png", tmp_path / "changed.png")
        mask = Image.new("L", (56, 42))
        mask.paste(255, (9, 9, 21, 21))
        region = ComparedRegion(*mask.size, mask.tobytes())
        outside = await comparer.compare(
            folder / "first.png", tmp_path / "changed.png", region=region
        )
        found = await comparer.difference(folder / "first.png", tmp_path / "changed.png", edge=112)
    finally:
        await comparer.close()
    assert whole.changed == pytest.approx(1600 / (224 * 168), abs=0.01)
    assert outside.changed == 0
    assert (found.width, found.height, len(found.data)) == (112, 84, 112 * 84)
    assert found.data[25 * 112 + 25] > 50
    assert found.data[60 * 112 + 80] < 5


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        ("first.png", "nowhere.png", "nowhere.png no longer exists."),
        ("nowhere.png", "first.png", "nowhere.png no longer exists."),
        ("first.png", "broken.png", "broken.png is damaged or incomplete."),
    ],
)
async def test_the_picture_at_fault_is_named(
    folder: Path, first: str, second: str, sentence: str
) -> None:
    with pytest.raises(PictureUnreadable) as caught:
        await compared(folder, first, second)
    assert caught.value.message == sentence


def hanging(folder: Path, memory: str = "worker.MEMORY") -> Comparer:
    script = folder / "worker.py"
    script.write_text(HANGS.replace("=MEMORY", f"={memory}"))
    return Comparer([sys.executable, str(script)])


async def test_giving_up_ends_the_process_at_once_and_another_one_goes_on(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    comparer = hanging(tmp_path)
    try:
        task = asyncio.create_task(comparer.compare(tmp_path / "hangs.png", folder / "first.png"))
        while not (tmp_path / "hangs.begun").exists():
            await asyncio.sleep(0.01)
        before = comparer.pid
        waiting = asyncio.create_task(comparer.compare(folder / "first.png", folder / "moved.png"))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await waiting).aligned
        assert comparer.pid not in (None, before)
    finally:
        await comparer.close()
    # It was asked for, so nothing is reported.
    assert caplog.records == []


async def test_giving_up_one_that_waits_leaves_the_one_that_runs(
    folder: Path, tmp_path: Path
) -> None:
    comparer = hanging(tmp_path)
    try:
        task = asyncio.create_task(comparer.compare(tmp_path / "hangs.png", folder / "first.png"))
        while not (tmp_path / "hangs.begun").exists():
            await asyncio.sleep(0.01)
        running = comparer.pid
        waiting = asyncio.create_task(comparer.compare(folder / "first.png", folder / "moved.png"))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert comparer.pid == running
        assert not task.done()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    finally:
        await comparer.close()


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the limit is Linux's")
async def test_too_little_memory_is_reported_and_the_next_pair_is_compared(
    folder: Path, tmp_path: Path
) -> None:
    Image.new("RGB", (5000, 5000)).save(tmp_path / "large.png")
    comparer = hanging(tmp_path, memory=str(200 << 20))
    try:
        with pytest.raises(NotDecoded) as caught:
            await comparer.compare(tmp_path / "large.png", folder / "first.png")
        assert caught.value.message == "large.png exceeds the memory limit per picture."
        assert (await comparer.compare(folder / "first.png", folder / "moved.png")).aligned
    finally:
        await comparer.close()


def test_the_process_loads_no_window_and_writes_no_file(tmp_path: Path) -> None:
    """It is sealed like the decoding process, by the same function."""
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            (
                "import json, sys\n"
                "from studio.imaging import compare_worker, worker\n"
                "worker.serve = lambda jobs, **limits: print(json.dumps([sorted(jobs), limits]))\n"
                "compare_worker.main()\n"
                "assert not {'PySide6', 'numpy', 'apsw', 'httpx'} & set(sys.modules)\n"
            ),
        ],
        env=process_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    jobs, limits = json.loads(told.stdout)
    assert jobs == [
        *("compare", "compose", "guide", "marks_left", "prove"),
        *("seam_close", "seam_open", "seam_preview"),
    ]
    # Confined by default, with at most 1.5 GB, after the decoding process.
    assert "confined" not in limits
    assert limits["memory"] <= 1536 << 20
    assert limits["nice"] > 5


def test_the_program_starts_it_by_a_hidden_option() -> None:
    with subprocess.Popen(
        comparer_command(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=process_environment(),
    ) as process:
        assert process.stdout is not None
        message = read_message(process.stdout)
        assert message is not None
        assert "ready" in message[0]
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(60) == 0
