"""Changes to the user's presets, as functions of the whole list.

The preset "Originals, bit for bit" cannot be renamed or removed.
"""

from __future__ import annotations

from dataclasses import replace

from studio.common.i18n import _, number
from studio.config.export_presets import free_id
from studio.domain.export import ORIGINALS, ExportPreset, title_of

Presets = tuple[ExportPreset, ...]


def changed(presets: Presets, preset: ExportPreset) -> Presets:
    """The presets with `preset` in place of the one with its id."""
    return tuple(preset if one.id == preset.id else one for one in presets)


def added(presets: Presets, like: ExportPreset) -> tuple[Presets, ExportPreset]:
    """The presets with a copy of `like` after it, and the copy, whose title is unique."""
    taken = {title_of(one).casefold() for one in presets}
    stem = _("{name} copy").format(name=title_of(like))
    title, copies = stem, 1
    while title.casefold() in taken:
        copies += 1
        # Translators: {name} is the name of a preset, {n} tells its copies apart.
        title = _("{name} copy {n}").format(name=title_of(like), n=number(copies))
    made = replace(like, id=free_id(presets, title), title=title)
    at = next((n for n, one in enumerate(presets, 1) if one.id == like.id), len(presets))
    return (*presets[:at], made, *presets[at:]), made


def renamed(presets: Presets, id: str, title: str) -> Presets:
    """The presets with one renamed. Raises InputError for an empty or taken title."""
    free_id([one for one in presets if one.id != id], title)
    words = " ".join(title.split())
    return tuple(
        replace(one, title=words) if one.id == id and id != ORIGINALS.id else one for one in presets
    )


def removed(presets: Presets, id: str) -> Presets:
    """The presets without this one."""
    return tuple(one for one in presets if one.id != id or id == ORIGINALS.id)


def ordered(presets: Presets, ids: tuple[str, ...]) -> Presets:
    """The presets in the order of these ids; the rest follow."""
    found = {one.id: one for one in presets}
    return tuple(found[id] for id in dict.fromkeys([*ids, *found]) if id in found)


def replaced(presets: Presets, before: Presets, after: Presets) -> Presets:
    """The presets after the change that turned the list `before` into `after`.

    Presets that are in neither list, added by another window meanwhile, stay.
    """
    meant = {one.id for one in (*before, *after)}
    return (*after, *(one for one in presets if one.id not in meant))
