"""Thumbnails: sharp, bounded, only those wanted last, and honest about failures."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QSize

from studio.domain.entities import Reference
from studio.ui.support.thumbnail_cache import CARD, FADE, ThumbnailCache, ThumbnailRequest
from tests.ui import scripted
from tests.ui.scripted_core import until


class TimedThumbnails:
    """Thumbnails over the scripted library, with a clock set by hand."""

    def __init__(self, bound: int) -> None:
        self.library = scripted.ScriptedLibrary()
        self.now = 0.0
        self.thumbnails = ThumbnailCache(self.library, bound=bound, clock=lambda: self.now)
        self.ready: list[str] = []
        self.thumbnails.ready.connect(self.ready.append)

    async def until(self, count: int) -> None:
        await until(lambda: len(self.ready) >= count)

    async def rest(self) -> None:
        """Until nothing that was wished for is under way."""
        await until(lambda: self.thumbnails.idle)


@pytest.fixture
def shelf(at_end: list[Callable[[], object]]) -> Callable[..., TimedThumbnails]:
    def make(bound: int = 1 << 26) -> TimedThumbnails:
        made = TimedThumbnails(bound)
        at_end.append(lambda: shiboken6.delete(made.thumbnails))
        return made

    return make


def wish(row: int, side: int = 158) -> ThumbnailRequest:
    return ThumbnailRequest(scripted.picture(row), QSize(side, side))


async def test_a_thumbnail_has_exactly_the_pixels_it_is_painted_with(
    shelf: Callable[..., TimedThumbnails],
) -> None:
    s = shelf()
    s.thumbnails.request_thumbnails([wish(1, 158), wish(2, 316), wish(3, 900)])
    await s.until(3)
    assert s.library.thumbnails == [("p1", 256), ("p2", 512), ("p3", 1024)]
    for id_, side in (("p1", 158), ("p2", 316), ("p3", 900)):
        pixmap = s.thumbnails.pixmap(id_)
        assert pixmap is not None
        assert pixmap.size() == QSize(side, side)


async def test_only_what_is_wanted_last_is_fetched(shelf: Callable[..., TimedThumbnails]) -> None:
    s = shelf()
    s.library.gate.clear()
    s.thumbnails.request_thumbnails(wish(row) for row in range(1, 100))
    await asyncio.sleep(0)
    s.thumbnails.request_thumbnails(wish(row) for row in range(200, 203))
    s.library.gate.set()
    await s.until(3)
    assert sorted(s.ready) == ["p200", "p201", "p202"]
    assert len(s.library.thumbnails) <= 8
    s.thumbnails.request_thumbnails(wish(row) for row in range(200, 203))
    await s.rest()
    assert len(s.ready) == 3, "what is here was fetched again"


async def test_of_two_wishes_for_one_picture_the_last_holds_every_time(
    shelf: Callable[..., TimedThumbnails],
) -> None:
    s = shelf()
    wishes = [wish(1, 40), wish(1, 192)]
    s.thumbnails.request_thumbnails(wishes)
    await s.until(1)
    s.thumbnails.request_thumbnails(wishes)
    await s.rest()
    pixmap = s.thumbnails.pixmap("p1")
    assert pixmap is not None
    assert pixmap.size() == QSize(192, 192), "the small copy took the place of the large one"
    assert len(s.ready) == 1


async def test_what_is_kept_is_bounded_by_bytes(shelf: Callable[..., TimedThumbnails]) -> None:
    one = 100 * 100 * 4
    s = shelf(bound=one * 5)
    for start in range(0, 40, 4):
        s.thumbnails.request_thumbnails(wish(row, 100) for row in range(start, start + 4))
        await s.until(start + 4)
    assert s.thumbnails.bytes == one * 5
    assert s.thumbnails.pixmap("p39") is not None
    assert s.thumbnails.pixmap("p0") is None


async def test_a_fault_is_reported_and_not_asked_for_again(
    shelf: Callable[..., TimedThumbnails],
) -> None:
    s = shelf()
    s.library.broken = {"p1"}
    s.thumbnails.request_thumbnails([wish(1)])
    await s.until(1)
    assert "cannot be read" in s.thumbnails.fault("p1")
    s.thumbnails.request_thumbnails([wish(1)])
    await s.rest()
    assert len(s.library.thumbnails) == 1
    s.library.broken = set()
    s.thumbnails.refetch_thumbnails(["p1"])
    s.thumbnails.request_thumbnails([wish(1)])
    await s.until(2)
    assert s.thumbnails.fault("p1") == ""
    assert s.thumbnails.pixmap("p1") is not None


async def test_a_thumbnail_fades_in_once_and_not_when_it_is_only_sharper(
    shelf: Callable[..., TimedThumbnails],
) -> None:
    s = shelf()
    s.now = 10.0
    s.thumbnails.request_thumbnails([wish(1)])
    await s.until(1)
    assert s.thumbnails.strength("p1") == 0
    s.now += FADE / 2
    assert 0.4 < s.thumbnails.strength("p1") < 0.6
    s.now += FADE
    assert s.thumbnails.strength("p1") == 1
    s.thumbnails.request_thumbnails([wish(1, 300)])
    await s.until(2)
    assert s.thumbnails.strength("p1") == 1


async def test_the_source_of_a_job_is_sixteen_pixels(
    shelf: Callable[..., TimedThumbnails],
) -> None:
    s = shelf()
    reference = Reference(sha256="ab", media_type="image/png")
    assert s.thumbnails.ghost(reference) is None
    await s.until(1)
    ghost = s.thumbnails.ghost(reference)
    assert ghost is not None
    assert max(ghost.width(), ghost.height()) == 16
    assert s.library.thumbnails == [("ab", 256)]


def test_a_picture_can_be_shown_before_its_thumbnail_is_here(
    shelf: Callable[..., TimedThumbnails],
) -> None:
    card = shelf().thumbnails.card(scripted.picture(1, width=400, height=100, colour=0x336699))
    assert (card.width(), card.height()) == (CARD, CARD // 4)
    assert card.toImage().pixelColor(5, 5).rgb() == 0xFF336699


BOTH_DECODE = """
import faulthandler, io, sys, threading
from PIL import Image
from PySide6.QtGui import QImage
from studio.ui.support.thumbnail_cache import decode
faulthandler.dump_traceback_later(20, exit=True)
out = io.BytesIO()
Image.effect_noise((64, 64), 50).convert("RGB").save(out, "JPEG")
data = out.getvalue()
sys.setswitchinterval(0.0001)
def many(read):
    for _time in range(4000):
        read()
thread = threading.Thread(target=many, args=(lambda: decode(data, 32, 32, 2),))
thread.start()
many(lambda: QImage.fromData(data, "JPG"))
thread.join()
print("done")
"""


def test_decoding_beside_the_window_never_waits_for_what_waits_for_it() -> None:
    """The window reads a picture too, and keeps Python while it waits for Qt's decoders."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", BOTH_DECODE],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.stdout == "done\n", done.stderr


async def test_one_that_is_on_the_disk_is_decoded_from_there(
    shelf: Callable[..., TimedThumbnails], tmp_path: Path
) -> None:
    s = shelf()
    file, torn = tmp_path / "one.jpg", tmp_path / "torn.jpg"
    file.write_bytes(scripted.image_bytes(256, 256, "#336699"))
    torn.write_bytes(b"no picture")
    s.library.kept = {("p1", 256): file, ("p2", 256): torn}
    s.thumbnails.request_thumbnails([wish(1), wish(2)])
    await s.until(2)
    assert s.library.thumbnails == [("p2", 256)], "only what cannot be read is asked for"
    pixmap = s.thumbnails.pixmap("p1")
    assert pixmap is not None
    assert (pixmap.width(), pixmap.height()) == (158, 158)
    middle = pixmap.toImage().pixelColor(80, 80)
    assert abs(middle.red() - 0x33) + abs(middle.blue() - 0x99) < 12
