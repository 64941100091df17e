"""Pictures from the index: the stored record with the fields changed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from studio.common.json_reader import JsonReader, NotUnderstood
from studio.domain.entities import Flag, Picture

_reader: JsonReader[Picture] = JsonReader(Picture)


def with_texts(body: bytes, title: str | None, note: str | None, tags: str | None) -> Picture:
    """A stored picture with its current title, note and tags; those never changed are None."""
    stored = _reader.decode(body)
    return replace(
        stored,
        title=stored.title if title is None else title,
        note=stored.note if note is None else note,
        tags=stored.tags if tags is None else tuple(tags.split("\n")) if tags else (),
    )


def picture_of(values: Sequence[Any]) -> Picture:
    """A picture from the columns of `schema.PICTURE`, in that order. Raises NotUnderstood."""
    try:
        return _picture_of(values)
    except (TypeError, ValueError, AttributeError) as error:
        raise NotUnderstood(str(error)) from error


def _picture_of(values: Sequence[Any]) -> Picture:
    row, rating, flag, title, note, tags, within, trashed, seen, missing, path, body = values
    return replace(
        with_texts(body, title, note, tags),
        row=row,
        rating=rating,
        flag=Flag(flag),
        collections=tuple(within.split("\n")) if within else (),
        trashed=bool(trashed & 1),
        answer=trashed >= 2,
        seen=bool(seen),
        missing=bool(missing),
        path=path,
    )
