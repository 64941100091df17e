"""Every way by which a file leaves the program, into one folder of the user."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import cast

from studio.app import spreadsheet_file
from studio.app.export.copy_cache import CopyCache
from studio.app.export.drag_copies import CopyRequest, DragCopies
from studio.app.export.plan import ExportItem, PlannedCopy, make_plan
from studio.app.export.runner import ExportQueue
from studio.common import files
from studio.common.errors import StudioError
from studio.domain.entities import Picture
from studio.domain.export import ConflictRule, ExportFormat, ExportPreset
from studio.generation import salvage
from studio.imaging.exporter import ExportedPicture, Exporter, SourceFacts
from studio.library.facade import Library
from studio.library.files import save_copies
from studio.library.files.new_file import NewFile
from studio.library.operations import backup
from tests.library.builders import a_picture

CONTENT = b"\x89PNG\r\n\x1a\n" + b"the original " * 8_000
"""About 100 KB, which a disk of 64 KB has no room for."""

MINE = b"MY RETOUCHED VERSION"


class Outside:
    """A library, a folder of the user's, and what happens there in the middle of a copy.

    Attributes:
        meanwhile: called before a copy gets its name (the path it is to have); of an export also
            when that is chosen.
    """

    def __init__(self, home: Path) -> None:
        self.library = home / "library"
        self.folder = self.folder_in(home)
        self.folder.mkdir(parents=True)
        self.meanwhile: Callable[[Path], object] = lambda _path: None
        self._number = 0

    @staticmethod
    def folder_in(home: Path) -> Path:
        """The user's folder, beside the library."""
        return home / "for the client"

    def original(self, name: str) -> Path:
        """One more original with this name, in a month of its own."""
        self._number += 1
        folder = self.library / f"2026-{self._number}"
        folder.mkdir(parents=True)
        made = folder / name
        made.write_bytes(CONTENT)
        return made

    def step(self, kind: str, path: Path) -> None:
        """A durable step is about to be done."""
        if kind == "rename" and path.parent == self.folder:
            self.meanwhile(path)

    def inside(self) -> dict[str, bytes]:
        """All that is in the user's folder, by name."""
        return {path.name: path.read_bytes() for path in self.folder.iterdir()}


def save_into(out: Outside, name: str) -> Path:
    return save_copies.save_into(out.original(name), out.folder, out.library)


def save_several(out: Outside, name: str) -> Path:
    """Save as, for several: the user agreed to replace nothing."""
    (saved,) = save_copies.save([out.original(name)], out.folder, out.library)
    return saved


def save_as(out: Outside, name: str) -> Path:
    """Save as, for one: where the name is taken the system's dialog has asked, and it is "no"."""
    target = out.folder / name
    if os.path.lexists(target):
        return save_into(out, name)
    return save_copies.save_as(out.original("lamp.png"), target, out.library)


def save_as_agreed(out: Outside, name: str) -> Path:
    """The user agreed to replace what the dialog found."""
    return save_copies.save_as(out.original("lamp.png"), out.folder / name, out.library)


def save_bytes(out: Outside, name: str) -> Path:
    saved = save_copies.save_named(CONTENT, out.folder / name, out.library)
    assert saved is not None
    return saved


class OneCopy:
    """An exporter that returns the same bytes for every picture."""

    async def export(self, *_what: object) -> ExportedPicture:
        return ExportedPicture(data=CONTENT, width=8, height=8)

    async def source(self, _path: Path) -> SourceFacts:
        return SourceFacts(width=8, height=8)


class OneOriginal:
    """As much of a library as an export and a table ask for: one picture with a long prompt."""

    def __init__(self, out: Outside, title: str) -> None:
        self.folder = out.library
        self.collections = self
        self.picture = a_picture(
            title=title, prompt="the original " * 8_000, path="2026-1/lamp.png"
        )
        self._source = out.original("lamp.png")
        self.asked: Callable[[], object] = lambda: None

    def path(self, _picture: Picture) -> Path:
        self.asked()
        return self._source

    async def every(self) -> list[object]:
        return []

    async def pictures(self, rows: Sequence[int]) -> list[Picture]:
        return [self.picture for _row in rows]


def _export(out: Outside, name: str, kind: ExportFormat, rule: ConflictRule) -> Path | None:
    """Export a picture with this title; None where the rule skips it."""
    library = OneOriginal(out, Path(name).stem)
    preset = ExportPreset(id="t", format=kind, pattern="{title}", conflict=rule)

    async def number(_copy: PlannedCopy) -> ConflictRule:
        return ConflictRule.NUMBER

    async def run() -> Path | None:
        queue = ExportQueue(cast("Library", library), cast("Exporter", OneCopy()))
        plan = make_plan([ExportItem(picture=library.picture)], preset)
        made = queue.add(plan, out.folder, number if rule is ConflictRule.ASK else None)
        # Its name is chosen, and nothing of it is written yet.
        library.asked = lambda: out.meanwhile(out.folder / made.plan.copies[0].name)
        await queue.idle()
        if made.error is not None:
            raise made.error
        assert not made.failed
        return made.written[0].path if made.written else None

    return asyncio.run(run())


def export(out: Outside, name: str) -> Path | None:
    return _export(out, name, ExportFormat.PNG, ConflictRule.NUMBER)


def export_originals(out: Outside, name: str) -> Path | None:
    return _export(out, name, ExportFormat.ORIGINAL, ConflictRule.NUMBER)


def export_skipping(out: Outside, name: str) -> Path | None:
    return _export(out, name, ExportFormat.PNG, ConflictRule.SKIP)


def export_asking(out: Outside, name: str) -> Path | None:
    """The user answers every question with a number."""
    return _export(out, name, ExportFormat.PNG, ConflictRule.ASK)


class SharedFolder(CopyCache):
    """A cache whose copies all lie in one folder, in which others write too."""

    def new_folder(self) -> Path:
        return self._root


def _drag(out: Outside, name: str, kind: ExportFormat) -> Path:
    """A copy for a drag, as it is handed out; its folder is the user's instead of a new one."""
    library = OneOriginal(out, Path(name).stem)
    preset = ExportPreset(id="t", format=kind, pattern="{title}")

    async def run() -> Path:
        exporter = cast("Exporter", OneCopy())
        copies = DragCopies(cast("Library", library), lambda: exporter, out.folder)
        copies._cache = SharedFolder(out.folder)
        request = CopyRequest.of([library.picture], preset, lambda _picture: "")
        try:
            batch = await copies.make(request)
            given = copies.take_files(request)
        finally:
            await copies.close()
        if batch.error is not None:
            assert given is None
            raise batch.error
        assert given is not None
        (file,) = given
        return file

    return asyncio.run(run())


def drag_recipe(out: Outside, name: str) -> Path:
    return _drag(out, name, ExportFormat.PNG)


def drag_recipe_of_originals(out: Outside, name: str) -> Path:
    """A recipe that gives the originals other names."""
    return _drag(out, name, ExportFormat.ORIGINAL)


def table(out: Outside, name: str, *, agreed: bool = False) -> Path:
    library = cast("Library", OneOriginal(out, "lamp"))
    target = out.folder / name
    asyncio.run(spreadsheet_file.write(library, [1], target, replace=agreed))
    return target


def table_agreed(out: Outside, name: str) -> Path:
    """From the window, whose dialog asks."""
    return table(out, name, agreed=True)


def back_up(out: Outside, name: str, *, agreed: bool = False) -> Path:
    out.original("lamp.png")
    target = out.folder / name
    backup.write(out.library, target, {}, over=agreed)
    return target


def backup_agreed(out: Outside, name: str) -> Path:
    """From the window, whose dialog asks."""
    return back_up(out, name, agreed=True)


def answer(out: Outside, name: str) -> Path:
    """A kept answer, whose name has the extension of what it turns out to be."""

    def chunks() -> Iterator[bytes]:
        yield CONTENT[:1000]
        yield CONTENT[1000:]

    return salvage._write_file(chunks(), out.folder, Path(name).stem[:80], out.library)


def piece_by_piece(out: Outside, name: str) -> Path:
    """As contact sheets and hand-off pages are written."""
    file = NewFile(out.folder / name, out.library)
    try:
        file.append(CONTENT[:1000])
        file.append(CONTENT[1000:])
        saved = file.finish()
    except BaseException:
        file.discard()
        raise
    assert saved is not None
    return saved


Way = Callable[[Outside, str], Path | None]
"""Writes a file as near to a name as it may; None where it leaves it because the name is taken."""

WAYS: dict[str, Way] = {
    "save into": save_into,
    "save several": save_several,
    "save as": save_as,
    "save bytes": save_bytes,
    "export": export,
    "export originals": export_originals,
    "export skipping": export_skipping,
    "export asking": export_asking,
    "drag recipe": drag_recipe,
    "drag recipe of originals": drag_recipe_of_originals,
    "table": table,
    "backup": back_up,
    "answer": answer,
    "piece by piece": piece_by_piece,
}


def is_whole(data: bytes) -> bool:
    """Whether this is all of a copy, a table or a backup."""
    table = data.startswith(b"\xef\xbb\xbf") and data.endswith(b"\r\n")
    archive = data.startswith(b"PK") and b"PK\x05\x06" in data[-64:]
    return data == CONTENT or table or archive


def tried(way: Way, out: Outside, name: str) -> Path | StudioError | None:
    """The file that was written, or what was said instead; None for nothing, as agreed."""
    end = files.watch(out.step)
    try:
        return way(out, name)
    except StudioError as error:
        return error
    finally:
        end()
