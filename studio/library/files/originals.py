"""Originals: location and name of each picture's file, and the inputs beside them.

Only pictures are visible in the library's folder, grouped into months by local date of arrival;
everything else, such as reference pictures and the model's part of conversations, is in
`.gridbrush/`. All calls block.

All access to files by a name read from disk goes through this module. Records, lists, the journal
and backups are untrusted: a checksum proves that they are complete, not who wrote them. In them,
only plain paths below the library, UUIDs as ids and hashes of 64 hex digits are accepted; anything
else reaches no file. Paths are checked, so that no link leads outside.
`tests/test_doors.py` finds code that bypasses this module.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
import time
import unicodedata
from collections.abc import Sequence
from io import BufferedReader
from pathlib import Path

from studio.common import directory_handles, files, json_reader
from studio.common.errors import StorageError
from studio.common.i18n import _, number
from studio.domain.entities import Picture, Reference
from studio.domain.markup import Markup

HIDDEN = ".gridbrush"
"""Folder of a library for everything but pictures."""

UNFINISHED = ("importing", "composing", "emptying", "journal")
"""Folders of unfinished work within the hidden folder, resumed at startup."""

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_USUAL = re.compile(r"\d{4}-\d\d/[0-9A-Za-z_][ -.0-\[\]-~]{0,200}", re.ASCII)
"""Pattern of nearly every original: a month and a plain ASCII name."""

_DRIVE = re.compile(r"[A-Za-z]:")
_DEVICE = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?")
_DEEPEST = 64  # nested folders, far more than people create
_LONGEST = 255  # bytes of one name, on all common disks
_SHOWN = 120


def is_id(text: str) -> bool:
    """Whether this is an id in the format of `new_id`."""
    return _ID.fullmatch(text) is not None


def is_digest(text: str) -> bool:
    """Whether this is a SHA-256 in hex digits."""
    return _DIGEST.fullmatch(text) is not None


def parts(relative: str) -> tuple[str, ...] | None:
    """The names of a plain path below a folder, the outermost first; None for any other text."""
    if "\\" in relative or "\0" in relative or _DRIVE.match(relative):
        return None
    names = tuple(relative.split("/"))
    return names if len(names) <= _DEEPEST and all(map(_is_name, names)) else None


def _is_name(name: str) -> bool:
    if name in ("", ".", ".."):
        return False
    try:
        if len(name.encode()) > _LONGEST:
            return False
    except UnicodeEncodeError:
        return False
    return sys.platform != "win32" or _is_windows_name(name)


def _is_windows_name(name: str) -> bool:
    """Whether Windows keeps this name: no data stream, no device, no ending that it drops."""
    return not (":" in name or name[-1] in " ." or _DEVICE.fullmatch(name))


_EXTENSION = re.compile(r"\.[0-9A-Za-z]{1,10}")
_UNSAFE = re.compile(r'[<>:"/\\|?*]')
_JOINERS = "\u200c\u200d"


def is_portable(name: str) -> bool:
    """Whether Linux, macOS and Windows all accept this file name."""
    return _is_name(name) and _is_windows_name(name) and _UNSAFE.search(name) is None


def portable_name(text: str, extension: str) -> str:
    """A file name from any text, with `extension`, accepted by every common system.

    An invalid extension becomes part of the name. The result has at most 255 bytes in Unicode's
    composed form, is never empty, hidden or a device, and has no trailing dot or space.
    """
    if _EXTENSION.fullmatch(extension) is None:
        text, extension = text + extension, ""
    kept = []
    for sign in unicodedata.normalize("NFC", text):
        kind = unicodedata.category(sign)
        if sign.isspace():
            kept.append(" ")
        elif _UNSAFE.match(sign):
            kept.append("-")
        elif sign in _JOINERS or kind[0] != "C":
            kept.append(sign)
    name = unicodedata.normalize("NFC", " ".join("".join(kept).split())).strip(" .")
    if _DEVICE.fullmatch(name.partition(".")[0].rstrip()):
        name = f"picture-{name}"
    while len((name + extension).encode()) > _LONGEST:
        name = name[:-1]
    return (name.rstrip(" .") or "picture") + extension


def collision_key(name: str) -> str:
    """A key that is equal for names that some common system treats as the same.

    Such names differ only in case, Unicode form, or trailing dots or spaces.
    """
    plain = unicodedata.normalize("NFC", name).upper().casefold()
    return unicodedata.normalize("NFC", plain).rstrip(" .")


def is_hidden(name: str) -> bool:
    """Whether some file system could equate this name with that of the hidden folder."""
    plain = "".join(
        sign
        for sign in unicodedata.normalize("NFKC", name).casefold()
        if unicodedata.category(sign) != "Cf"
    )
    return plain.rstrip(" .") == HIDDEN or re.match(r"(?i)\.?gridb[^.]*~\d", name) is not None


def is_original(relative: str) -> bool:
    """Whether this can be the path of an original: plain, and not in the hidden folder."""
    if sys.platform != "win32" and _USUAL.fullmatch(relative):
        return True
    names = parts(relative)
    return names is not None and not is_hidden(names[0])


def outside(text: str) -> StorageError:
    """Error for a name that leads out of the library."""
    shown = repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
    return StorageError(
        _("Invalid file name in the library"),
        _("{name} is not a valid file name in a library. Nothing was changed.").format(name=shown),
        hint=_("The records are damaged or were tampered with."),
    )


def below(root: Path, relative: str) -> Path:
    """Path of an original below `root`. Raises StorageError."""
    if not is_original(relative):
        raise outside(relative)
    return root / relative


def check(library: Path) -> None:
    """Raise StorageError if a part of the hidden folder is a link or a device.

    After this check, journal, lists, records and lock are written and removed without another.
    """
    hidden = library / HIDDEN
    try:
        for place in (hidden, *_inside(hidden), *_inside(hidden / "records")):
            try:
                about = place.lstat()
            except FileNotFoundError:
                continue
            usual = stat.S_ISDIR(about.st_mode) or stat.S_ISREG(about.st_mode)
            if directory_handles.is_link(about) or not usual:
                raise StorageError(
                    _("This library contains links to other folders"),
                    _("{name} is a link or a device. The library was not opened.").format(
                        name=place
                    ),
                    hint=_("Replace it with the actual folder or file if you trust it."),
                )
    except OSError as error:
        raise files.storage_error(error, hidden) from error


def _inside(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def relative_path(name: str, id: str, extension: str, created: float) -> str:
    """Relative path of a new original: "2026-11/lighthouse-at-dusk-7f3a9c01.png".

    Args:
        name: its title or prompt; "" for a neutral name.
        extension: extension by the magic bytes, with the dot.
        created: time of arrival, seconds since 1970; the month is in local time.
    """
    month = time.strftime("%Y-%m", time.localtime(created))
    slug = files.slug(name) if name.strip() else "picture"
    return f"{month}/{slug}-{id[-8:]}{extension}"


def sha256_of(path: Path) -> str:
    """Hex digest of a file, read in blocks. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_regular(path: str) -> bool:
    """Whether this is a regular file, not a link; False if that cannot be determined."""
    try:
        about = os.lstat(path)
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(about.st_mode) and not directory_handles.is_link(about)


class Originals:
    """The files of one library; paths from records are checked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.inputs = folder / HIDDEN / "inputs"
        self.turns = folder / HIDDEN / "turns"
        self.trash = folder / HIDDEN / "trash"

    def path(self, picture: Picture) -> Path:
        """Expected path of the picture's file. Raises StorageError if that is outside."""
        return below(self.trash if picture.trashed else self.folder, picture.path)

    def find(self, picture: Picture) -> Path | None:
        """Actual path of the file, which may still have to be moved to or from the trash."""
        return self.find_path(picture.path, trashed=picture.trashed)

    def reach(self, picture: Picture) -> Path:
        """Actual path of the file, or the expected one if it is missing. Raises StorageError.

        The path is safe to pass on: neither a link nor a device, and inside the library.
        """
        if (found := self.find(picture)) is not None:
            return found
        path = self.path(picture)
        try:
            files.check_way(self.folder, path)
        except OSError as error:
            raise files.storage_error(error, path) from error
        if os.path.lexists(path):
            raise outside(picture.path)
        return path

    def reach_all(self, pictures: Sequence[Picture]) -> list[Path]:
        """The paths of `reach` for many pictures; each folder is checked only once."""
        root = str(self.folder)
        plain: dict[str, bool] = {}
        found = []
        for picture in pictures:
            relative = picture.path
            month, _slash, _name = relative.rpartition("/")
            if month not in plain:
                plain[month] = self._is_folder(month)
            if (
                plain[month]
                and not picture.trashed
                and is_original(relative)
                and _is_regular(f"{root}/{relative}")
            ):
                found.append(self.folder / relative)
            else:
                found.append(self.reach(picture))
        return found

    def _is_folder(self, relative: str) -> bool:
        """Whether this is a folder of originals whose path contains no link."""
        if not relative:
            return True
        if not is_original(relative):
            return False
        about = directory_handles.stat_path(self.folder, self.folder / relative)
        return about is not None and stat.S_ISDIR(about.st_mode)

    def find_path(self, relative: str, *, trashed: bool) -> Path | None:
        """Actual path of a file by its path in the records."""
        if not is_original(relative):
            return None
        first, second = below(self.folder, relative), below(self.trash, relative)
        if trashed:
            first, second = second, first
        return next((path for path in (first, second) if self._holds(path)), None)

    def open(self, path: Path) -> BufferedReader:
        """A file of the library, opened without following links. Raises OSError."""
        return directory_handles.open_file(self.folder, path)

    def sha256_of(self, path: Path) -> str:
        """Hex digest of a file of the library. Raises OSError."""
        with self.open(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def place(self, part: Path, relative: str, sha256: str, *, lasting: bool = True) -> Path:
        """Move a finished file into place, durably; does nothing if it is already there.

        `lasting` as for `files.move`. Raises StorageError if another file has the name.
        """
        target = below(self.folder, relative)
        if self._holds(target) and self.sha256_of(target) == sha256:
            # An earlier process died between the rename and the record.
            return target
        files.move(part, target, leaving=True, lasting=lasting, within=self.folder)
        return target

    def move(self, source: Path, target: Path) -> None:
        """Move a file within the library. Raises StorageError."""
        files.move(source, target, within=self.folder)

    def move_into_place(self, picture: Picture) -> None:
        """Move the file after its picture was trashed or restored."""
        target = self.path(picture)
        found = self.find(picture)
        if found is not None and found != target:
            self.move(found, target)

    def _holds(self, path: Path) -> bool:
        """Whether this is a regular file whose path contains no link."""
        return directory_handles.is_file(self.folder, path)

    def keep_input(self, data: bytes, extension: str) -> str:
        """Store the bytes of a reference once, named by their sha256, which is returned."""
        return self._store_by_content(self.inputs, data, extension)

    def keep_markup(self, markup: Markup) -> str:
        """Store the markup of a picture once, as JSON; returns its sha256."""
        return self._store_by_content(self.inputs, json_reader.encode(markup), ".json")

    def markup(self, sha256: str) -> Markup:
        """The markup stored by `keep_markup`. Raises StorageError if it is gone or damaged."""
        for path in self.kept_inputs(sha256):
            try:
                with self.open(path) as file:
                    data = json_reader.bytes_of(file)
                if self.is_content(data, sha256):
                    return json_reader.decode(data, Markup)
            except (OSError, json_reader.NotUnderstood) as error:
                raise _markup_lost() from error
        raise _markup_lost()

    def keep_turn(self, data: bytes) -> str:
        """Store the model's part of a conversation once; returns its sha256."""
        return self._store_by_content(self.turns, data, ".json")

    def _store_by_content(self, folder: Path, data: bytes, extension: str) -> str:
        digest = hashlib.sha256(data).hexdigest()
        path = folder / f"{digest}{extension}"
        if not self._holds(path):
            files.replace(path, data, within=self.folder)
        return digest

    def turn(self, sha256: str) -> bytes:
        """The bytes stored by `keep_turn`. Raises StorageError if they are gone or damaged."""
        if not is_digest(sha256):
            raise _turn_lost()
        try:
            with self.open(self.turns / f"{sha256}.json") as file:
                data = json_reader.bytes_of(file)
        except (OSError, json_reader.NotUnderstood) as error:
            raise _turn_lost() from error
        if not self.is_content(data, sha256):
            raise _turn_lost()
        return data

    @staticmethod
    def is_content(data: bytes, sha256: str) -> bool:
        """Whether `sha256` is the hex digest of the bytes."""
        return hashlib.sha256(data).hexdigest() == sha256

    def kept_inputs(self, sha256: str) -> list[Path]:
        """Files among the inputs whose names have this hash."""
        if not is_digest(sha256):
            return []
        found = sorted(self.inputs.glob(f"{sha256}.*"))
        return [path for path in found if self._holds(path)]

    def input_path(self, reference: Reference) -> Path:
        """Path of a reference's file. Raises StorageError if it is gone."""
        for path in self.kept_inputs(reference.sha256):
            return path
        raise StorageError(
            _("A reference picture is missing"),
            _("The library's copy of {name} is missing.").format(name=reference.name),
            hint=_("Drop the picture onto the prompt again."),
        )


def _markup_lost() -> StorageError:
    return StorageError(
        _("What was drawn on this picture is missing"),
        _("The library's copy of it is missing or damaged."),
    )


def _turn_lost() -> StorageError:
    return StorageError(
        _("The conversation is missing"),
        _("The library's copy of the conversation is missing or damaged."),
    )


def read_picture_file(path: Path, *, limit: int = 256 << 20) -> bytes:
    """The bytes of a picture's file. Raises StorageError."""
    try:
        if not path.is_file():
            raise StorageError(
                _("Picture file not found"),
                _("File {name} not found.").format(name=path),
                hint=_("Check the name, or drop the picture again."),
            )
        if path.stat().st_size > limit:
            raise StorageError(
                _("The picture file is too large"),
                _("{name} is larger than {limit} MB.").format(name=path, limit=number(limit >> 20)),
            )
        return path.read_bytes()
    except OSError as error:
        raise files.storage_error(error, path) from error
