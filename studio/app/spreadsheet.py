"""Pictures as a table for spreadsheets: CSV as in RFC 4180, safe from formulas.

A text that a spreadsheet would take for a formula is prefixed with an apostrophe, which
spreadsheets do not show. Numbers stay numbers.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator
from typing import Any, Final

from studio.common import json_reader
from studio.common.terminal import harmless
from studio.domain.entities import Advanced, Picture

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

_END: Final = "\r\n"

COLUMNS: Final = (
    "id", "name", "title", "file", "created", "prompt", "source_prompt", "model",
    "delivered_model", "provider", "aspect", "size", "seed", "width", "height", "bytes",
    "media_type", "sha256", "rating", "flag", "tags", "collections", "note", "cost_usd",
    "cost_basis", "seconds", "system", "temperature", "thinking", "search", "image_search",
    "detail", "safety", "extra_fields", "words", "warnings", "parents", "derived", "imported",
    "settings", "request_id", "job", "run", "draft", "offline", "late", "missing", "trashed",
)  # fmt: skip
"""Names of the columns, in order; they do not depend on the language."""


def header() -> str:
    """The first line, without a line ending."""
    return line(COLUMNS)


def rows(pictures: Iterable[Picture], collections: dict[str, str]) -> Iterator[str]:
    """A line for each picture, without line endings; `collections` are names by id."""
    for picture in pictures:
        facts = _facts(picture, collections)
        yield line(facts[name] for name in COLUMNS)


def line(values: Iterable[Any]) -> str:
    """One line of safe cells; a cell may have line breaks."""
    stream = io.StringIO()
    # Cells that contain part of a line ending are quoted.
    csv.writer(stream, lineterminator=_END).writerow([cell(value) for value in values])
    return stream.getvalue().removesuffix(_END)


def cell(value: Any) -> str:
    """A value as the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    text = harmless(str(value).replace("\r\n", "\n"))
    # Some programs ignore spaces before the sign that begins a formula.
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text


def _facts(picture: Picture, collections: dict[str, str]) -> dict[str, Any]:
    chosen = picture.advanced or Advanced()
    made = picture.derivation
    return {
        "id": picture.id,
        "name": picture.name,
        "title": picture.title,
        "file": picture.path,
        "created": _date(picture.created),
        "prompt": picture.prompt,
        "source_prompt": picture.source_prompt,
        "model": picture.model,
        "delivered_model": picture.delivered_model,
        "provider": picture.profile,
        "aspect": picture.asked_aspect,
        "size": picture.asked_size,
        "seed": picture.seed,
        "width": picture.width,
        "height": picture.height,
        "bytes": picture.bytes,
        "media_type": picture.media_type,
        "sha256": picture.sha256,
        "rating": picture.rating,
        "flag": str(picture.flag),
        "tags": ", ".join(picture.tags),
        "collections": ", ".join(collections.get(one, one) for one in picture.collections),
        "note": picture.note,
        "cost_usd": picture.cost_usd,
        "cost_basis": str(picture.cost_basis),
        "seconds": picture.seconds,
        "system": chosen.system,
        "temperature": chosen.temperature,
        "thinking": chosen.thinking,
        "search": chosen.search,
        "image_search": chosen.image_search,
        "detail": chosen.detail,
        "safety": ", ".join(f"{one.category}={one.threshold}" for one in chosen.safety),
        "extra_fields": picture.extra_fields,
        "words": picture.words,
        "warnings": "; ".join(picture.warnings),
        "parents": ", ".join(f"{one.role} {one.picture or one.name}" for one in picture.parents),
        "derived": "" if made is None else json_reader.encode(made).decode(),
        "imported": picture.imported,
        "settings": "; ".join(f"{name}: {value}" for name, value in picture.settings),
        "request_id": picture.request_id,
        "job": picture.job,
        "run": picture.run,
        "draft": picture.draft,
        "offline": picture.offline,
        "late": picture.late,
        "missing": picture.missing,
        "trashed": picture.trashed,
    }


def _date(created: float) -> str:
    """Local date and time as spreadsheets read it; "" for a damaged record."""
    try:
        moment = dt.datetime.fromtimestamp(created, dt.UTC).astimezone()
    except (OverflowError, ValueError, OSError):
        return ""
    return moment.strftime("%Y-%m-%d %H:%M:%S")
