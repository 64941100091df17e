"""Export of 200 pictures of 2048 px, PNG to JPEG of quality 90, against `vips jpegsave`.

Both use two processes of the same low priority, embed an sRGB profile and read the same files,
which are in memory, in alternating rounds. Ours goes the whole way of the program: planned, encoded
in the processes apart, written under a temporary name, made durable and named; the peer gets one
call for each file, less the share of its time that goes into starting, going by the processor's. It
comes with Debian's libvips-tools, and nothing is measured without it. The memory is that of all
processes, over that before the export.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from studio.app.export.plan import make_plan
from studio.app.export.prepare import gather_items
from studio.app.export.runner import ExportQueue
from studio.domain.entities import Picture
from studio.domain.events import EventBus
from studio.domain.export import ExportColour, ExportFormat, ExportMetadata, ExportPreset
from studio.imaging.decoder import Decoder
from studio.imaging.exporter import PROCESSES, Exporter
from studio.library.facade import Library
from tests.benchmarks import contact_sheet, dragging_out, exporting_window, thumbnails
from tests.benchmarks.frame import Measure, NotMeasured, Result
from tests.benchmarks.memory_peak import MemoryPeak
from tests.benchmarks.startup import memory_of

SIDE = 2048
PICTURES = 200
DIFFERENT = 20
ROUNDS = 3
GOAL, MOST = 0.8, 300.0
_STARTS = 10

PRESET = ExportPreset(
    id="bench",
    format=ExportFormat.JPEG,
    quality=90,
    colour=ExportColour.SRGB,
    metadata=ExportMetadata.PROMPT,
    pattern="{n:4}",
)


def run() -> Iterator[Result]:
    """Measure it, with drags, a window that exports, and a contact sheet."""
    yield from dragging_out.run()
    yield from exporting_window.run()
    yield from contact_sheet.run()
    peer = shutil.which("vips")
    if peer is None:
        yield NotMeasured("export", "vips is not installed")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        library = folder / "library"
        files = _many(thumbnails._pictures(library / "2026-11", "PNG", SIDE, DIFFERENT))
        pictures = [thumbnails._picture(path, library) for path in files]
        ours: list[float] = []
        theirs: list[float] = []
        memory = 0.0
        for turn in range(ROUNDS):
            took, grown = asyncio.run(_ours(library, pictures, folder / f"out-{turn}"))
            ours.append(PICTURES / took)
            memory = max(memory, grown)
            theirs.append(PICTURES / _theirs(peer, files, folder / f"peer-{turn}"))
    value, beside = statistics.median(ours), statistics.median(theirs)
    yield Measure(
        name="export", value=round(value, 1), unit="a second", peer="vips jpegsave",
        peer_value=round(beside, 1), ratio=value / beside, goal=f"at least {GOAL}",
        holds=value / beside >= GOAL,
    )  # fmt: skip
    yield Measure(
        name="export.memory", value=round(memory, 1), unit="MB over idle", peer="the goal",
        peer_value=MOST, ratio=memory / MOST, goal=f"at most {MOST:g} MB", holds=memory <= MOST,
    )  # fmt: skip


def _many(files: Sequence[Path]) -> list[Path]:
    """As many files as are exported; the same pixels under several names."""
    found = list(files)
    while len(found) < PICTURES:
        source = files[len(found) % len(files)]
        path = source.with_name(f"{len(found):03d}-more.png")
        os.link(source, path)
        found.append(path)
    return found


async def _ours(folder: Path, pictures: Sequence[Picture], out: Path) -> tuple[float, float]:
    """Seconds of an export, and the MB by which all processes grew; they run already."""
    decoder = Decoder()
    library = Library(folder, lambda _id: out.parent / "computed", decoder, EventBus())
    idle = memory_of(os.getpid())
    exporter = Exporter(idle=60.0)
    items = await gather_items(library, exporter, pictures, PRESET)
    assert exporter.running == PROCESSES
    queue = ExportQueue(library, exporter)
    with MemoryPeak() as peak:
        began = time.perf_counter()
        run = queue.add(make_plan(items, PRESET), out)
        await queue.idle()
        took = time.perf_counter() - began
    assert len(run.written) == len(pictures), run.failed or run.error
    await exporter.close()
    await decoder.close()
    return took, peak.most - idle


def _theirs(command: str, files: Sequence[Path], out: Path) -> float:
    """Seconds for all files, two at a time, without the share that starting takes."""
    out.mkdir()
    environment = {**os.environ, "VIPS_CONCURRENCY": "1"}
    # As the exporting processes, or another program that works would slow only one of the two down.
    low = ["nice", "-n", "10"]

    def saved(path: Path) -> None:
        words = [*low, command, "jpegsave", str(path), str(out / f"{path.stem}.jpg")]
        subprocess.run([*words, "--Q", "90", "--profile", "srgb"], env=environment, check=True)

    before = _processor_time()
    for _number in range(_STARTS):
        words = [*low, command, "--version"]
        subprocess.run(words, env=environment, check=True, capture_output=True)
    starting = (_processor_time() - before) / _STARTS * len(files)
    before, began = _processor_time(), time.perf_counter()
    with ThreadPoolExecutor(PROCESSES) as pool:
        list(pool.map(saved, files))
    took, worked = time.perf_counter() - began, _processor_time() - before
    assert len(list(out.glob("*.jpg"))) == len(files)
    return took * max(0.1, 1 - starting / worked)


def _processor_time() -> float:
    """Seconds of the processor that ended children took."""
    used = os.times()
    return used.children_user + used.children_system
