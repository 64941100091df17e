"""The user's presets for export, in a file of their own.

A preset with the id of a built-in one replaces it. Each entry is read separately: invalid entries
and those of a newer version are not used, but stay in the file, as do unknown fields. All calls
block.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from studio.common import files, json_reader
from studio.common.errors import InputError, StorageError
from studio.common.i18n import _
from studio.common.json_reader import NotUnderstood
from studio.domain import name_pattern
from studio.domain.export import BUILT_IN, ORIGINALS, ExportPreset, checked, title_of

log = logging.getLogger(__name__)

VERSION = 1
_MOST = 200
"""Limit of presets."""

_LONGEST_TITLE = 60


class ExportPresetStore:
    """The presets file and the presets read from it.

    Attributes:
        presets: all presets in the user's order, including built-in ones.
        trouble: error to show once: the file could not be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._raw: dict[str, Any] = {}
        self._hands_off = False
        self.trouble: StorageError | None = None
        self.presets: tuple[ExportPreset, ...] = BUILT_IN

    def load(self) -> tuple[ExportPreset, ...]:
        """Read the presets; the built-in ones if there is no file."""
        try:
            raw = json_reader.plain(json_reader.read(self._path))
            if not isinstance(raw, dict):
                raise NotUnderstood("not an object")
        except FileNotFoundError:
            self._hands_off = False
            return self.presets
        except NotUnderstood as error:
            log.info("The presets for export make no sense: %s", error)
            self.trouble = files.set_aside(self._path)
            return self.presets
        except OSError as error:
            # A file that cannot be read now is not overwritten.
            self._hands_off = True
            self.trouble = files.storage_error(error, self._path)
            return self.presets
        version = raw.get("version", VERSION)
        self._hands_off = type(version) is int and version > VERSION
        self._raw = raw
        self.presets = _ordered(raw)
        return self.presets

    def save(self, presets: Iterable[ExportPreset]) -> None:
        """Write presets in this order; those of a newer version stay. Raises StorageError.

        A built-in preset that is not among them is removed, except the preset for originals.
        """
        every = tuple(presets)
        if all(one.id != ORIGINALS.id for one in every):
            every = (ORIGINALS, *every)
        if self._hands_off:
            raise StorageError(
                _("The export presets cannot be saved"),
                _("{name} cannot be read, or is from a newer version of Gridbrush.").format(
                    name=self._path
                ),
            )
        former = {one["id"]: one for one in _entries(self._raw) if isinstance(one.get("id"), str)}
        unread = [one for one in _entries(self._raw) if _read(one) is None]
        kept = {one.id for one in every}
        body = {
            **self._raw,
            "version": VERSION,
            "presets": [
                {**former.get(one.id, {}), **msgspec.to_builtins(one)}
                for one in every
                if one not in BUILT_IN
            ]
            + unread,
            "order": [one.id for one in every],
            "removed": [one.id for one in BUILT_IN if one.id not in kept],
        }
        files.replace(self._path, json_reader.encode(body))
        self._raw, self.presets = body, every


def _entries(raw: dict[str, Any]) -> list[dict[str, Any]]:
    found = raw.get("presets")
    every = found if isinstance(found, list) else []
    return [one for one in every[:_MOST] if isinstance(one, dict)]


def _read(entry: dict[str, Any]) -> ExportPreset | None:
    """The preset of an entry; None for one that cannot be used."""
    try:
        preset = checked(json_reader.convert(entry, ExportPreset))
        name_pattern.parse(preset.pattern)
    except (NotUnderstood, InputError) as error:
        log.info("A preset for export is not used: %s", error)
        return None
    if not json_reader.is_id(preset.id):
        return None
    return replace(preset, title=" ".join(preset.title.split())[:_LONGEST_TITLE])


def _ordered(raw: dict[str, Any]) -> tuple[ExportPreset, ...]:
    found = {one.id: one for one in BUILT_IN}
    removed, order = raw.get("removed"), raw.get("order")
    for id in removed if isinstance(removed, list) else []:
        if isinstance(id, str) and id != ORIGINALS.id:
            found.pop(id, None)
    for entry in _entries(raw):
        if (preset := _read(entry)) is not None:
            found[preset.id] = preset
    # Nothing may replace the preset for originals.
    found[ORIGINALS.id] = replace(ORIGINALS, conflict=found[ORIGINALS.id].conflict)
    names = order if isinstance(order, list) else []
    ids = [one for one in names if isinstance(one, str) and one in found]
    return tuple(found[id] for id in dict.fromkeys([*ids, *found]))


def free_id(presets: Iterable[ExportPreset], title: str) -> str:
    """An id for a new preset. Raises InputError for an empty or duplicate title."""
    every = tuple(presets)
    words = " ".join(title.split())[:_LONGEST_TITLE]
    if not words:
        raise InputError(_("The preset needs a name"))
    if any(title_of(one).casefold() == words.casefold() for one in every):
        raise InputError(
            # Translators: {name} is a preset for export.
            _("A preset called {name} already exists").format(name=words),
            hint=_("Choose another name."),
        )
    used = {one.id for one in every} | {one.id for one in BUILT_IN}
    number = 1
    while f"preset-{number}" in used:
        number += 1
    return f"preset-{number}"
