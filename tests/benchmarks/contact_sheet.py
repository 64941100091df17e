"""Contact sheet of 100 pictures of 2048 px as PDF for A4 at 300 dpi, from files to a named PDF.

Two processes reduce the pictures, a third draws the pages; starting them counts. The memory is that
of all processes, over that before.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from studio.app.export.sheet import SheetRequest, make_contact_sheet
from studio.domain.contact_sheet import ContactSheet, SheetCaption
from studio.domain.events import EventBus
from studio.imaging.decoder import Decoder
from studio.imaging.exporter import Exporter
from studio.library.facade import Library
from tests.benchmarks import thumbnails
from tests.benchmarks.frame import Measure
from tests.benchmarks.goals import against
from tests.benchmarks.memory_peak import MemoryPeak
from tests.benchmarks.startup import memory_of

SIDE = 2048
PICTURES = 100
DIFFERENT = 20
GOAL, MOST = 10.0, 400.0


def run() -> Iterator[Measure]:
    """Measure it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        library = folder / "library"
        files = thumbnails._pictures(library / "2026-11", "PNG", SIDE, DIFFERENT)
        pictures = [
            thumbnails._picture(files[number % DIFFERENT], library) for number in range(PICTURES)
        ]
        sheet = ContactSheet(captions=tuple(SheetCaption), heading="Harbour campaign")
        request = SheetRequest(pictures=pictures, sheet=sheet, target=folder / "out" / "sheet.pdf")
        took, grown = asyncio.run(_made(library, request))
    yield against("sheet", took, "s", GOAL)
    yield against("sheet.memory", grown, "MB over idle", MOST)


async def _made(folder: Path, request: SheetRequest) -> tuple[float, float]:
    """Seconds of a sheet, and the MB by which all processes grew."""
    decoder = Decoder()
    library = Library(folder, lambda _id: folder.parent / "computed", decoder, EventBus())
    idle = memory_of(os.getpid())
    exporter = Exporter()
    with MemoryPeak() as peak:
        began = time.perf_counter()
        result = await make_contact_sheet(library, exporter, request)
        took = time.perf_counter() - began
    assert result.pages == request.sheet.page_count(PICTURES)
    assert not result.unreadable
    assert request.target.read_bytes().startswith(b"%PDF")
    await exporter.close()
    await decoder.close()
    return took, peak.most - idle
