"""The exporting processes: at most two, which write nothing and end when cancelled."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path

import pytest
from PIL import Image

from studio.common.errors import NotDecoded, PictureUnreadable
from studio.domain.export import ExportFormat, ExportPreset, ExportSize
from studio.imaging.exporter import PROCESSES, Exporter, ExportTexts, NotExported

JPEG = ExportPreset(id="j", format=ExportFormat.JPEG, size=ExportSize.parse("50%"))

TRIES_TO_WRITE = """
import sys
from pathlib import Path
from studio.imaging import export_jobs, worker

def export(request):
    Path(request["path"]).with_suffix(".written").write_bytes(b"x")
    return {"width": 1, "height": 1}, b""

sys.exit(worker.serve({"export": export}, memory=1 << 30))
"""

HANGS = """
import sys, time
from pathlib import Path
from studio.imaging import export_jobs, worker

def export(request):
    path = Path(request["path"])
    if path.stem.startswith("hangs"):
        path.with_suffix(".begun").touch()
        time.sleep(600)
    return export_jobs.export(request)

sys.exit(worker.serve({"export": export}, memory=1 << 30, confined=False))
"""


def a_file(folder: Path, name: str = "a.png") -> Path:
    path = folder / name
    Image.new("RGB", (40, 20), "#336699").save(path)
    return path


async def test_many_pictures_are_exported_by_two_processes(tmp_path: Path) -> None:
    exporter = Exporter()
    paths = [a_file(tmp_path, f"{n}.png") for n in range(8)]
    before = {one.name for one in tmp_path.iterdir()}
    try:
        assert ExportFormat.JPEG in await exporter.formats()
        facts = await exporter.source(paths[0])
        assert (facts.width, facts.height, facts.bits, facts.whole) == (40, 20, 8, True)
        texts = ExportTexts(xmp="<x/>", texts=(("a", "b"),))
        made = await asyncio.gather(*(exporter.export(path, JPEG, texts) for path in paths))
        assert {(one.width, one.height) for one in made} == {(20, 10)}
        assert all(one.data.startswith(b"\xff\xd8\xff") for one in made)
        assert exporter.running == len(set(exporter.pids)) == PROCESSES
    finally:
        await exporter.close()
    assert exporter.running == 0
    assert {one.name for one in tmp_path.iterdir()} == before


async def test_what_cannot_be_read_or_had_is_said(tmp_path: Path) -> None:
    exporter = Exporter()
    deep = tmp_path / "deep.png"
    Image.new("I;16", (4, 4), 5).save(deep)
    (tmp_path / "no.png").write_bytes(b"not a picture")
    try:
        assert (await exporter.export(deep, JPEG)).reason is NotExported.SIXTEEN_BITS
        with pytest.raises(PictureUnreadable, match="no longer exists"):
            await exporter.export(tmp_path / "gone.png", JPEG)
        with pytest.raises(PictureUnreadable, match="not a picture"):
            await exporter.export(tmp_path / "no.png", JPEG)
    finally:
        await exporter.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux's")
async def test_an_exporting_process_cannot_write(tmp_path: Path) -> None:
    path = a_file(tmp_path)
    exporter = Exporter([sys.executable, "-c", TRIES_TO_WRITE])
    try:
        with contextlib.suppress(PictureUnreadable):
            await exporter.export(path, JPEG)
            pytest.skip("this system has no Landlock")
    finally:
        await exporter.close()
    assert not (tmp_path / "a.written").exists()


async def test_a_picture_that_is_given_up_ends_its_process_and_no_other(tmp_path: Path) -> None:
    exporter = Exporter([sys.executable, "-c", HANGS])
    try:
        hanging = asyncio.create_task(exporter.export(a_file(tmp_path, "hangs.png"), JPEG))
        while not (tmp_path / "hangs.begun").exists():
            await asyncio.sleep(0.01)
        good = await exporter.export(a_file(tmp_path), JPEG)
        assert good.width == 20
        hanging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hanging
        many = [exporter.export(a_file(tmp_path, f"{n}.png"), JPEG) for n in range(4)]
        assert len(await asyncio.gather(*many)) == 4
    finally:
        await exporter.close()


async def test_a_process_that_does_not_start_is_said(tmp_path: Path) -> None:
    exporter = Exporter([sys.executable, "-c", "raise SystemExit(3)"])
    try:
        with pytest.raises(NotDecoded):
            await exporter.export(a_file(tmp_path), JPEG)
    finally:
        await exporter.close()
