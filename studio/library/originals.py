"""The originals: where a picture's file lies, under which name, and the inputs beside them.

Only pictures are visible in the library's folder, in months by local date of arrival; everything
else is in `.gridbrush/`: what went into pictures, and what a model said with them. All calls block.
"""

from __future__ import annotations

import hashlib
import time
from pathlib import Path, PurePosixPath

from studio import files
from studio.domain import Picture, Reference
from studio.errors import StorageError
from studio.words import _

HIDDEN = ".gridbrush"

_BLOCK = 1 << 20


def relative_path(name: str, id: str, extension: str, created: float) -> str:
    """Where a picture belongs: "2026-11/lighthouse-at-dusk-7f3a9c01.png".

    Args:
        name: its title or prompt; "" for a neutral name.
        extension: by magic bytes, with the dot.
        created: arrival, seconds since 1970; the month is the local one.
    """
    month = time.strftime("%Y-%m", time.localtime(created))
    slug = files.slug(name) if name.strip() else "picture"
    return f"{month}/{slug}-{id[-8:]}{extension}"


def sha256_of(path: Path) -> str:
    """Hex digest of a file, read in blocks. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Originals:
    """The files of one library."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.inputs = folder / HIDDEN / "inputs"
        self.turns = folder / HIDDEN / "turns"
        self.trash = folder / HIDDEN / "trash"

    def path(self, picture: Picture) -> Path:
        """Where the picture's file should be now."""
        root = self.trash if picture.trashed else self.folder
        return root.joinpath(*PurePosixPath(picture.path).parts)

    def find(self, picture: Picture) -> Path | None:
        """Where the file is: in its place, or still on its way to or from the trash."""
        parts = PurePosixPath(picture.path).parts
        first, second = self.folder, self.trash
        if picture.trashed:
            first, second = second, first
        for root in (first, second):
            if (path := root.joinpath(*parts)).is_file():
                return path
        return None

    def place(self, part: Path, relative: str, sha256: str) -> Path:
        """Give a finished file its place, durably. Fine when it is there already.

        Raises StorageError when another file has the name.
        """
        target = self.folder.joinpath(*PurePosixPath(relative).parts)
        if target.is_file() and sha256_of(target) == sha256:
            # An earlier start was ended between the rename and the record.
            return target
        files.move(part, target, leaving=True)
        return target

    def settle(self, picture: Picture) -> None:
        """Bring the file where it belongs after it was trashed or restored."""
        target = self.path(picture)
        found = self.find(picture)
        if found is not None and found != target:
            files.move(found, target)

    def keep_input(self, data: bytes, extension: str) -> str:
        """Keep the bytes of a reference, once; returns their sha256."""
        digest = hashlib.sha256(data).hexdigest()
        path = self.inputs / f"{digest}{extension}"
        if not path.is_file():
            files.replace(path, data)
        return digest

    def keep_turn(self, data: bytes) -> str:
        """Keep what a model said with its pictures, once; returns its sha256."""
        digest = hashlib.sha256(data).hexdigest()
        path = self.turns / f"{digest}.json"
        if not path.is_file():
            files.replace(path, data)
        return digest

    def turn(self, sha256: str) -> bytes:
        """What `keep_turn` kept, as it was. Raises StorageError when it is gone or damaged."""
        path = self.turns / f"{sha256}.json"
        try:
            data = path.read_bytes()
        except OSError as error:
            raise _turn_lost() from error
        if not self.is_content(data, sha256):
            raise _turn_lost()
        return data

    @staticmethod
    def is_content(data: bytes, sha256: str) -> bool:
        """Whether these are the bytes with that hex digest."""
        return hashlib.sha256(data).hexdigest() == sha256

    def input_path(self, reference: Reference) -> Path:
        """Where the bytes of a reference lie. Raises StorageError when they are gone."""
        for path in self.inputs.glob(f"{reference.sha256}.*"):
            return path
        raise StorageError(
            _("A reference picture is missing"),
            _("The library's copy of {name} is gone.").format(name=reference.name),
            hint=_("Drop the picture onto the prompt again."),
        )


def _turn_lost() -> StorageError:
    return StorageError(
        _("What was said before is missing"),
        _("The library's copy of the conversation is gone or damaged."),
    )


def read_picture_file(path: Path, *, limit: int = 256 << 20) -> bytes:
    """The bytes of a file the user gave. Raises StorageError with a clear sentence."""
    try:
        if not path.is_file():
            raise StorageError(
                _("The picture file is not there"),
                _("There is no file {name}.").format(name=path),
                hint=_("Check the name, or drop the picture again."),
            )
        if path.stat().st_size > limit:
            raise StorageError(
                _("The picture file is too large"),
                _("{name} is larger than {limit} MB.").format(name=path, limit=limit >> 20),
            )
        return path.read_bytes()
    except OSError as error:
        raise files.storage_error(error, path) from error
