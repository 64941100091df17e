"""File of changed shortcuts, to take them to another computer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from studio.common import files, json_reader
from studio.common.errors import InputError
from studio.common.i18n import _
from studio.common.json_reader import NotUnderstood

KIND = "gridbrush-shortcuts"
_VERSION = 1
_MOST = 1000


def write(path: Path, shortcuts: Mapping[str, Sequence[str]]) -> None:
    """Write changed shortcuts by name of the action; blocking. Raises StorageError."""
    named = {name: list(keys) for name, keys in shortcuts.items()}
    body = {"kind": KIND, "version": _VERSION, "shortcuts": named}
    files.replace(path, json_reader.encode(body) + b"\n")


def read(path: Path) -> dict[str, tuple[str, ...]]:
    """The shortcuts in a file, including names unknown to this version; blocking.

    Raises InputError for a file of another kind, StorageError if it cannot be read.
    """
    try:
        with files.storage_errors(path):
            raw = json_reader.plain(json_reader.read(path))
        if not isinstance(raw, dict) or raw.get("kind") != KIND:
            raise NotUnderstood("of another kind")
        found = json_reader.convert(raw.get("shortcuts"), dict[str, tuple[str, ...]])
        if len(found) > _MOST:
            raise NotUnderstood("too many")
    except NotUnderstood:
        raise InputError(
            _("This file has no shortcuts of Gridbrush"),
            path.name,
            hint=_("Choose one that was exported in the settings."),
        ) from None
    return found
