"""A library's log with one invalid record that has a valid checksum."""

from __future__ import annotations

import copy
import json
import os
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from studio.common.errors import Billed
from studio.domain.entities import (
    Advanced,
    AspectRatio,
    Conversation,
    ConversationOrigin,
    Failure,
    Flag,
    GenerationRequest,
    Grounding,
    GroundingSource,
    Job,
    JobState,
    Parent,
    Picture,
    Reference,
    Role,
    SafetySetting,
    new_id,
)
from studio.library.log import record_log, records
from tests.library.builders import a_picture

HUGE = int("9" * 400)
ODD: list[Any] = [
    None,
    True,
    "",
    "../../../etc/passwd",
    "x" * 3_000,
    "a\0b\n\u202e",
    -1,
    0,
    HUGE,
    2**63,
    -(2**70),
    1e308,
    -1e308,
    0.5,
    [],
    {},
    ["x"],
    {"x": [1]},
    [[[[[]]]]],
]


class Verbatim(dict):
    """JSON that no value of Python's would give, in the place of a value."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


RAW = [
    "[" * 1_000 + "]" * 1_000,
    "[" * 101 + "]" * 101,
    "NaN",
    "Infinity",
    "1e999",
    '"\\ud800"',
    "9" * 5000,
]


def the_log() -> list[bytes]:
    """Lines of every kind, the first picture told of in full."""
    sha = "ab" * 32
    reference = Reference(
        sha256=sha,
        media_type="image/png",
        role=Role.EDIT,
        picture=new_id(),
        name="n",
        talk=ConversationOrigin(profile="p", model="m", turns=2),
    )
    request = GenerationRequest(
        profile="dgrid",
        model="m",
        prompt="A harbour",
        aspect=AspectRatio(16, 9),
        size="1K",
        seed=7,
        references=(reference,),
        source_prompt="A {harbour}",
        system="s",
        temperature=0.5,
        safety=(SafetySetting("X", "OFF"),),
        search=True,
        thinking="low",
        continues=new_id(),
    )
    full = a_picture(
        job=new_id(),
        run=new_id(),
        seconds=1.5,
        title="T",
        source_prompt="A {harbour}",
        model="m",
        seed=7,
        cost_usd=0.1,
        parents=(Parent(sha256=sha, role=Role.EDIT, picture=new_id()),),
        advanced=Advanced(system="s"),
        grounding=Grounding(queries=("q",), sources=(GroundingSource("https://h.org", "H"),)),
        rating=3,
        flag=Flag.PICK,
        tags=("a",),
        collections=(new_id(),),
        settings=(("a", "b"),),
        conversation=Conversation(parts=sha, pictures=(new_id(),), after=new_id()),
        warnings=("w",),
    )
    job = Job(
        id=new_id(),
        run=new_id(),
        request=request,
        created=1.0,
        state=JobState.DONE,
        attempt=1,
        started=1.0,
        finished=2.0,
        retry_at=3.0,
        send_at=3.0,
        estimate_usd=0.1,
        pictures=(full.id,),
    )
    failure = Failure(kind="server", title="F", billed=Billed.MAYBE, retry_at=5.0)
    failed = Job(
        id=new_id(),
        run=new_id(),
        request=request,
        created=1.0,
        state=JobState.FAILED,
        attempt=1,
        failure=failure,
    )
    others = [a_picture(), a_picture()]
    ids = [full.id, *(one.id for one in others)]
    collection = new_id()
    value = {"name": "Harbours", "search": ""}
    changes = [
        records.change("rating", [(5, ids[:2])], [(0, ids[1:2]), (3, ids[:1])]),
        records.change("flag", [("reject", ids[1:2])], [("", ids[1:2])]),
        records.change("title", [("New", ids[1:2])], [(None, ids[1:2])]),
        records.change("tags", [(["x", "y"], ids[1:])], [([], ids[1:])]),
        records.change("collection", [(value, [collection])], [(None, [collection])]),
        records.change("collections", [([collection], ids[:2])], [([], ids[:2])]),
        records.change("path", [("2026-11/b.png", ids[2:])], [("2026-11/a.png", ids[2:])]),
        records.change("trashed", [(True, ids[2:])], [(False, ids[2:])]),
        records.change("missing", [(True, ids[2:])], [(0, ids[2:])]),
        records.change("dismissed", [(True, [failed.id])], [(False, [failed.id])]),
    ]
    undone = records.change("rating", [(0, ids[1:2])], [(5, ids[1:2])], undoes=changes[0].id)
    every = [
        records.finished(job, [full]),
        records.imported(others),
        records.finished(failed, []),
        *changes,
        undone,
    ]
    return [records.encode(record) for record in every]


def line_of(value: Any) -> bytes:
    """The line of what is no record any more, with a right checksum."""
    found: list[str] = []

    def plain(one: Any) -> Any:
        if isinstance(one, Verbatim):
            found.append(one.text)
            return f"<{len(found) - 1}>"
        if isinstance(one, dict):
            return {name: plain(each) for name, each in one.items()}
        return [plain(each) for each in one] if isinstance(one, list) else one

    text = json.dumps(plain(value))
    for number, one in enumerate(found):
        text = text.replace(f'"<{number}>"', one)
    body = text.encode()
    return b'%b,"sum":"%08x"}\n' % (body[:-1], zlib.crc32(body))


def value_of(line: bytes) -> Any:
    """What a line says."""
    return json.loads(records.body_of(line))


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in it, at any depth."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for name, one in inside:
        yield (*path, name)
        if isinstance(one, (dict, list)):
            yield from places(one, (*path, name))


def renamed(line: bytes, id: str) -> bytes:
    """The same line about another picture."""
    body = records.body_of(line).replace(id.encode(), new_id().encode())
    return records.line_of(body)


GONE = object()


def changed(value: Any, place: tuple[Any, ...], odd: Any) -> Any:
    """The same with something odd there, or nothing (`GONE`)."""
    made = within = copy.copy(value)
    for name in place[:-1]:
        # Only what lies on the way is another.
        within[name] = within = copy.copy(within[name])
    if odd is GONE:
        del within[place[-1]]
    else:
        within[place[-1]] = odd
    return made


def pictures_of(line: bytes) -> list[Picture]:
    """The pictures a line tells of."""
    return list(record_log.decode(line).pictures)


def pipe(path: Path) -> None:
    """A pipe that nobody writes to; not on Windows."""
    if sys.platform != "win32":
        os.mkfifo(path)


def write(folder: Path, lines: list[bytes]) -> Path:
    """The log of a month with these lines."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "2026-10.jsonl"
    path.write_bytes(b"".join(lines))
    return path
