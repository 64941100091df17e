"""Files to import: those given and those in folders, detected by their first bytes.

A given file that is not a picture is refused with a reason. Other files in a folder are counted by
kind. All calls block; a long walk can be cancelled.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.common import foreign_types, tree, user_input
from studio.common.file_types import kind_of
from studio.common.foreign_types import ForeignType
from studio.common.i18n import _, listed, ngettext, number
from studio.common.user_input import Unusable
from studio.library.stopped import Stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSources:
    """Files found for an import.

    Attributes:
        files: pictures by their first bytes, in order.
        refused: given files that are not pictures or are unreadable, each with the reason.
        left_out: other files in the folders: their kinds and numbers.
    """

    files: tuple[Path, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    left_out: tuple[tuple[ForeignType, int], ...] = ()


_MOST_REASONS = 5
_MOST_NAMES = 3


def named(words: Sequence[str]) -> tuple[list[Path], list[tuple[str, str]]]:
    """Paths from arguments, and the unusable arguments, each with the reason."""
    paths: list[Path] = []
    refused: list[tuple[str, str]] = []
    for word in words:
        try:
            paths.append(user_input.path_of(word).absolute())
        except Unusable as error:
            refused.append((user_input.shown_name(word), error.reason))
    return paths, refused


def gather(
    paths: Sequence[Path], library: Path, stopped: Callable[[], bool] = lambda: False
) -> ImportSources:
    """Find the pictures among these paths and in the folders among them.

    Hidden files and the library itself are left out; a folder reached twice by links is read once.
    Raises Stopped.
    """
    walk = _SourceWalk(os.path.realpath(library), stopped)
    for path in paths:
        walk.visit_path(path)
    return ImportSources(
        files=tuple(walk.files),
        refused=tuple(walk.refused),
        left_out=tuple(sorted(walk.left_out.items(), key=lambda one: (-one[1], one[0].name))),
    )


class _SourceWalk:
    """Walk over given files and folders."""

    def __init__(self, own: str, stopped: Callable[[], bool]) -> None:
        self.files: list[Path] = []
        self.refused: list[tuple[str, str]] = []
        self.left_out: Counter[ForeignType] = Counter()
        self._own = own
        self._stopped = stopped
        self._seen: set[str] = set()

    def visit_path(self, path: Path) -> None:
        """Classify a given path; walk through a folder."""
        try:
            if stat.S_ISDIR(path.stat().st_mode):
                self._folder(path)
                return
            found = _foreign(path, named=True)
        except (OSError, ValueError) as error:
            self._refuse(path, user_input.unusable(path, error).reason)
        except Unusable as error:
            self._refuse(path, error.reason)
        else:
            if found is None:
                self.files.append(path)
            else:
                self._refuse(path, _why(found, path))

    def _refuse(self, path: Path, why: str) -> None:
        self.refused.append((str(path), why))

    def _folder(self, folder: Path) -> None:
        real = os.path.realpath(folder)
        if self._is_own(real):
            self._refuse(folder, _("This is the library itself."))
            return
        before = len(self.files), len(self.refused)
        known = real in self._seen
        for path in self._below(folder):
            self._inside(path)
        if (len(self.files), len(self.refused)) == before and not known:
            self._refuse(folder, _("No pictures in this folder."))

    def _below(self, folder: Path) -> Iterator[Path]:
        for where, folders, names in tree.walk(folder, through_links=True, unread=self._unread):
            if self._stopped():
                raise Stopped
            real = os.path.realpath(where)
            if real in self._seen or self._is_own(real):
                folders.clear()
                continue
            self._seen.add(real)
            hidden = sum(name.startswith(".") for name in folders)
            self._leave(ForeignType(_("hidden folder")), hidden)
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                if name.startswith("."):
                    self._leave(ForeignType(_("hidden file")))
                else:
                    yield Path(where, name)

    def _inside(self, path: Path) -> None:
        """Classify a path in a folder."""
        if self._stopped():
            raise Stopped
        try:
            mode = path.stat().st_mode
        except OSError as error:
            if path.is_symlink():
                self._leave(ForeignType(_("broken link")))
            else:
                self._refuse(path, user_input.unusable(path, error).reason)
            return
        if not stat.S_ISREG(mode):
            self._leave(ForeignType(_special(mode)))
            return
        try:
            found = _foreign(path)
        except Unusable as error:
            self._refuse(path, error.reason)
            return
        if found is None:
            self.files.append(path)
        elif found.meant and not found.picture:
            # The file is named like a picture, but is not one.
            name = f"{found.name} ({path.suffix.lower()})"
            self._leave(found._replace(name=user_input.valid(name)))
        else:
            self._leave(found._replace(meant=False))

    def _leave(self, kind: ForeignType, number: int = 1) -> None:
        if number:
            self.left_out[kind] += number

    def _unread(self, error: OSError) -> None:
        path = Path(os.fsdecode(error.filename or ""))
        self._refuse(path, user_input.unusable(path, error).reason)

    def _is_own(self, real: str) -> bool:
        return real == self._own or real.startswith(self._own + os.sep)


def _why(kind: ForeignType, path: Path) -> str:
    return (
        _("This file is empty.")
        if kind == foreign_types.empty(path.suffix)
        else foreign_types.reason(kind)
    )


def _special(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return _("pipe")
    return _("socket") if stat.S_ISSOCK(mode) else _("device")


def _foreign(path: Path, *, named: bool = False) -> ForeignType | None:
    """Kind of a file that is not a readable picture; None for a readable one. Raises Unusable."""
    # Files of /proc also have size 0; they are opened only if the user named them.
    if not user_input.stat_file(path).st_size and not named:
        return foreign_types.empty(path.suffix)
    head = user_input.head(path, foreign_types.HEAD)
    if not head:
        return foreign_types.empty(path.suffix)
    if kind_of(head[:64]) is None:
        return foreign_types.foreign(head, path.suffix)
    user_input.stat_file(path, most=user_input.MOST_PICTURE)
    return None


def refusals(refused: Sequence[tuple[str, str]]) -> str:
    """Sentences about refused files, grouped by reason, with at most a few names each."""
    names: dict[str, list[str]] = {}
    for name, why in refused:
        names.setdefault(why, []).append(user_input.shown_name(name.rpartition(os.sep)[2] or name))
    sentences = [f"{_some(those)}: {why}" for why, those in list(names.items())[:_MOST_REASONS]]
    rest = sum(len(those) for those in list(names.values())[_MOST_REASONS:])
    if rest:
        sentences.append(ngettext("And {n} more.", "And {n} more.", rest).format(n=number(rest)))
    return " ".join(sentences)


def _some(names: Sequence[str]) -> str:
    shown = listed(names[:_MOST_NAMES])
    if (rest := len(names) - _MOST_NAMES) <= 0:
        return shown
    return ngettext("{names} and {n} more", "{names} and {n} more", rest).format(
        names=shown, n=number(rest)
    )


def words_of(left_out: Sequence[tuple[ForeignType, int]]) -> str:
    """Sentence about the files that were left out; "" for none."""
    if not left_out:
        return ""
    counted = listed(
        # Translators: files of a kind that were not imported, such as "3 × HEIC".
        _("{n} × {kind}").format(n=number(n), kind=kind.name)
        for kind, n in left_out
    )
    return _("Skipped: {kinds}.").format(kinds=counted)


def facts_of(left_out: Sequence[tuple[ForeignType, int]]) -> list[dict[str, object]]:
    """The files that were left out, under fixed names for scripts."""
    return [
        {"kind": kind.name, "count": number, "picture": kind.picture or kind.meant}
        for kind, number in left_out
    ]
