"""Homes for the benchmarks of the window: a library of any size, its index, and its thumbnails.

A few hundred distinct pictures stand behind all rows; only their thumbnails are made.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from pathlib import Path

from PIL import Image, ImageDraw

from studio.library.files.thumbnails import STEPS, ThumbnailStore
from tests.benchmarks import library_maker, search

ID = "0199f0aa-0000-7000-8000-000000000001"
EMPTY = 0


def home(rows: int, folder: Path) -> Path:
    """A home with a library of that size, in `folder`, for `--home`; nothing else uses it."""
    found = folder / f"home-{rows}"
    hidden = found / "library" / ".gridbrush"
    computed = found / "data" / "libraries" / ID
    (hidden / "records").mkdir(parents=True)
    computed.mkdir(parents=True)
    (hidden / "id").write_text(f'{{"id":"{ID}"}}\n')
    if rows:
        made = search.made(rows)
        for path in (made.parent / ".gridbrush" / "records").iterdir():
            # The window appends to the last one.
            shutil.copyfile(path, hidden / "records" / path.name)
        for end in ("", "-wal"):
            source = made.with_name(made.name + end)
            if source.exists():
                shutil.copyfile(source, computed / f"index.sqlite{end}")
        _thumbnails(computed / "thumbnails")
    return found


def _thumbnails(folder: Path) -> None:
    """Of each distinct picture; made once and linked from then on."""
    source = search.HOME / "thumbnails"
    if not source.exists():
        made = search.HOME / f"thumbnails.{os.getpid()}"
        _draw(made)
        made.rename(source)
    shutil.copytree(source, folder, copy_function=os.link)


def _draw(folder: Path) -> None:
    draw = random.Random(library_maker.SEED)
    store = ThumbnailStore(folder)
    for number in range(library_maker.DISTINCT):
        digest = hashlib.sha256(str(number).encode()).hexdigest()
        image = Image.new("RGB", (STEPS[0], STEPS[0]), _colour(draw))
        pen = ImageDraw.Draw(image)
        for _blot in range(40):
            x, y, size = draw.randrange(256), draw.randrange(256), draw.randrange(8, 90)
            pen.ellipse((x - size, y - size, x + size, y + size), fill=_colour(draw))
        path = folder / "one.jpg"
        folder.mkdir(parents=True, exist_ok=True)
        for edge in STEPS[:2]:
            image.resize((edge, edge)).save(path, quality=85)
            store.store_thumbnail(digest, edge, path.read_bytes())
        path.unlink()


def _colour(draw: random.Random) -> tuple[int, int, int]:
    return draw.randrange(256), draw.randrange(256), draw.randrange(256)
