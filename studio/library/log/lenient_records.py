"""Lenient reading of a record that is invalid as a whole; its line in the log stays as it is.

A picture that was paid for is not lost because another field or picture in its record is invalid.
Invalid values of a change are not applied.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from studio.common import json_reader
from studio.common.json_reader import NotUnderstood
from studio.common.lenient_json import understand
from studio.library.log import validation
from studio.library.log.records import DERIVED, Groups, Record

T = TypeVar("T")


def is_newer(raw: Any, version: int) -> bool:
    """Whether a line's JSON was written by a program newer than this `version`."""
    found = raw.get("v") if isinstance(raw, dict) else None
    return type(found) is int and found > version and validation.is_version(found)


def as_far_as_understood(raw: Any, id: str) -> Record:
    """The record of a line's JSON without its invalid parts; `id` replaces an invalid id.

    Raises NotUnderstood if nothing is left.
    """
    if not isinstance(raw, dict) or not isinstance(raw.get("kind"), str):
        raise NotUnderstood("no record")
    if not _is(raw.get("id"), str, json_reader.is_id):
        raw["id"] = id
    if not _is(raw.get("at"), float, validation.is_moment):
        raw["at"] = 0.0
    if not _is(raw.get("v", 1), int, validation.is_version):
        raw["v"] = 1
    record = understand(raw, Record, [])
    job = None
    if record.job is not None:
        job = _without_odd_fields(record.job, validation.odd_in_job(record.job), record.at)
    found = [
        _without_odd_fields(picture, validation.odd_in_picture(picture), record.at)
        for picture in record.pictures
    ]
    pictures = [picture for picture in found if picture is not None]
    kind = record.kind
    if kind == "job" and job is None:
        # The pictures are kept, even without a valid job.
        kind = "import"
    mended = msgspec.structs.replace(
        record,
        kind=kind,
        job=job,
        pictures=pictures,
        values=_groups(record.field, record.values),
        former=_groups(record.field, record.former),
        also=[
            msgspec.structs.replace(
                one,
                values=_groups(one.field, one.values),
                former=_groups(one.field, one.former),
            )
            for one in record.also
        ],
        undoes=record.undoes if json_reader.is_id(record.undoes) else "",
        redoes=record.redoes if json_reader.is_id(record.redoes) else "",
    )
    if kind == DERIVED and not pictures:
        mended = msgspec.structs.replace(mended, kind="change")
    if not (job or pictures or (mended.values and mended.kind == "change")):
        raise NotUnderstood("nothing is left of it")
    return mended


def _is(value: Any, kind: type[Any], fits: Any) -> bool:
    try:
        return bool(fits(json_reader.convert(value, kind)))
    except NotUnderstood:
        return False


def _without_odd_fields(value: T, odd: list[str], at: float) -> T | None:
    try:
        return validation.without_odd_fields(value, odd, at)
    except NotUnderstood:
        return None


def _groups(field: str, groups: Groups) -> Groups:
    return [
        (value, ids)
        for value, ids in groups
        if validation.is_value(field, value)
        and (field not in validation.NOT_PICTURES or all(map(json_reader.is_id, ids)))
    ]
