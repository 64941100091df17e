"""Programs of this computer that open pictures.

On Linux they are read from the desktop entries of installed programs. Windows and macOS have their
own choosers, and the user can pick any program file.
"""

from __future__ import annotations

import configparser
import logging
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QProcess

from studio.common import json_reader, tree
from studio.common.errors import InputError
from studio.common.paths import of_user, user_home

log = logging.getLogger(__name__)

_WITHOUT_ENTRIES = sys.platform in ("win32", "darwin")

_GROUP = "Desktop Entry"
_LARGEST = 1 << 20
_MOST_ENTRIES = 5000


@dataclass(frozen=True, slots=True)
class Program:
    """A program that opens files.

    Attributes:
        name: for the menu.
        command: program and arguments; the files follow, or take the place of "%F".
    """

    name: str
    command: tuple[str, ...]


def installed(media_types: Sequence[str]) -> list[Program]:
    """Programs that declare all of these media types, by name; blocking.

    Empty if the system has no desktop entries.
    """
    if _WITHOUT_ENTRIES:
        return []
    found: dict[str, Program] = {}
    for path in _entries():
        program = _program(path, media_types)
        if program is not None:
            found.setdefault(program.name.casefold(), program)
    return [found[name] for name in sorted(found)]


def program_file(path: Path) -> Program:
    """Program in a file the user chose: an executable, or on macOS an application bundle."""
    if sys.platform == "darwin" and path.suffix == ".app":
        return Program(path.stem, ("open", "-a", str(path)))
    return Program(path.stem or path.name, (str(path),))


def start(program: Program, files: Sequence[Path]) -> bool:
    """Start a program with these files; False if it cannot be started."""
    names = [str(path) for path in files]
    argv: list[str] = []
    for part in program.command:
        argv.extend(names if part == "%F" else [part])
    if "%F" not in program.command:
        argv.extend(names)
    started = QProcess.startDetached(argv[0], argv[1:])
    return bool(started[0] if isinstance(started, tuple) else started)


def _own_folders() -> list[Path]:
    own = os.environ.get("XDG_DATA_HOME")
    try:
        return [of_user(own) if own else user_home() / ".local/share"]
    except InputError as error:
        log.info("No programs of this user alone: %s", error)
        return []


def _entries() -> Iterator[Path]:
    shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    number = 0
    for folder in (*_own_folders(), *map(Path, shared.split(":"))):
        # A relative folder is invalid by the specification.
        if not folder.is_absolute():
            continue
        for place, _folders, names in tree.walk(folder / "applications"):
            for name in sorted(names):
                number += 1
                if number > _MOST_ENTRIES:
                    return
                if name.endswith(".desktop"):
                    yield Path(place) / name


def _program(path: Path, media_types: Sequence[str]) -> Program | None:
    """Program of a desktop entry; None if it is hidden or does not open these types."""
    entry = configparser.RawConfigParser(strict=False, interpolation=None, delimiters=("=",))
    # Keys have upper case letters, and languages in brackets.
    entry.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        text = json_reader.read(path, limit=_LARGEST)
        entry.read_string(text.decode("utf-8", "replace"))
    except (OSError, json_reader.NotUnderstood, configparser.Error) as error:
        log.info("A desktop entry cannot be read: %s", error)
        return None
    if not entry.has_section(_GROUP):
        return None
    values = entry[_GROUP]
    types = set(values.get("MimeType", "").split(";"))
    shown = values.get("NoDisplay", "") != "true" and values.get("Hidden", "") != "true"
    in_terminal = values.get("Terminal", "") == "true"
    name, command = values.get("Name", "").strip(), _command(values.get("Exec", ""))
    if not (shown and name and command) or in_terminal or not types.issuperset(media_types):
        return None
    return Program(name, command)


def _command(text: str) -> tuple[str, ...]:
    """Program and arguments of an entry, with "%F" for the files; empty if it cannot be read."""
    try:
        parts = shlex.split(text)
    except ValueError:
        return ()
    # %f, %u and %U stand for files too; the other codes stand for icon, name and entry.
    codes = ["%F" if part in ("%f", "%F", "%u", "%U") else part for part in parts]
    return tuple(part for part in codes if part == "%F" or not part.startswith("%"))
