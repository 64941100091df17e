"""An invalid record affects neither the library nor other pictures."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.library.index.index import Index
from studio.library.log import record_log, records
from studio.library.log.record_log import RecordLog
from studio.library.operations import history
from studio.library.query import Query, View
from tests.library import odd_records
from tests.library.builders import opened
from tests.library.odd_records import GONE, ODD, RAW, Verbatim

LOG = odd_records.the_log()
VALUES = [odd_records.value_of(line) for line in LOG]
PICTURES = [odd_records.pictures_of(line) for line in LOG]


def asked(index: Index) -> set[str]:
    """Ids of all pictures, after everything else that can be asked was asked too."""
    for view in View:
        index.rows(Query(view=view))
        index.count(Query(view=view, words="harbour rating:>=1"))
    rows = [*index.rows(Query()), *index.rows(Query(view=View.TRASH))]
    ledger = index.ledger
    ledger.counts(0.0)
    ledger.spend(0.0, 0.0)
    ledger.spend_by_day(0.0)
    ledger.stored()
    ledger.failed(10)
    ledger.prompts("", 10)
    index.collections()
    index.models()
    index.tags("", 10)
    for picture in (found := index.pictures(rows)):
        _ = picture.name, time.localtime(picture.created)
        assert Path("/library", picture.path).is_relative_to("/library")
    return {picture.id for picture in found}


def read_with(folder: Path, number: int, line: bytes) -> tuple[set[str], RecordLog]:
    odd_records.write(folder, [*LOG[:number], line, *LOG[number + 1 :]])
    log = RecordLog(folder)
    index = Index.in_memory()
    try:
        index.apply(log.read())
        found = asked(index)
        for place, _undone in index.state.history(50):
            history.sentence(log.at(place))
        assert index.refused == 0, "what cannot be taken is seen before"
        return found, log
    finally:
        index.close()


def others(number: int) -> set[str]:
    return {one.id for each, some in enumerate(PICTURES) if each != number for one in some}


@pytest.mark.parametrize("number", range(len(LOG)))
def test_whatever_stands_in_a_field_all_other_pictures_are_there(
    tmp_path: Path, number: int
) -> None:
    own = {picture.id for picture in PICTURES[number]}
    lines = []
    every = (*ODD, GONE, *map(Verbatim, RAW))
    for turn, place in enumerate(odd_records.places(VALUES[number])):
        # Fields deep inside meet a third of them each, their neighbours the others.
        for odd in every if len(place) == 1 else every[turn % 3 :: 3]:
            line = odd_line(number, place, odd)
            for id in own:
                # Each is a picture of its own, or the index would know it already.
                line = odd_records.renamed(line, id)
            lines.append(line)
    odd_records.write(tmp_path, [*LOG[:number], *lines, *LOG[number + 1 :]])
    log = RecordLog(tmp_path)
    index = Index.in_memory()
    index.apply(log.read())
    assert others(number) <= asked(index)
    assert index.refused == 0, "what cannot be taken is seen before"
    assert log.damaged > len(lines) / 4
    for begin, _undone in index.state.history(5000):
        history.sentence(log.at(begin))
    index.close()


def odd_line(number: int, place: tuple[Any, ...], odd: Any) -> bytes:
    return odd_records.line_of(odd_records.changed(VALUES[number], place, odd))


@pytest.mark.parametrize(
    ("place", "odd"),
    [
        (("id",), ""),
        (("at",), "noon"),
        (("job", "request", "seed"), 2**70),
        (("job", "state"), "dreaming"),
        (("job", "id"), "../x"),
        (("pictures", 0, "rating"), 99),
        (("pictures", 0, "seed"), 2**64),
        (("pictures", 0, "grounding"), 5),
        (("pictures", 0, "created"), 1e300),
        (("pictures", 0, "prompt"), ["words"]),
    ],
)
def test_a_picture_that_was_paid_for_is_there_without_what_is_odd(
    tmp_path: Path, place: tuple[Any, ...], odd: Any
) -> None:
    found, log = read_with(tmp_path, 0, odd_line(0, place, odd))
    assert {one.id for one in PICTURES[0]} <= found
    assert log.damaged == 1


@pytest.mark.parametrize(
    ("name", "odd"),
    [("path", "../a.png"), ("path", "/etc/x.png"), ("sha256", "*"), ("id", "a/b"), ("width", 0)],
)
def test_one_odd_picture_of_an_import_does_not_cost_the_other(
    tmp_path: Path, name: str, odd: object
) -> None:
    found, log = read_with(tmp_path, 1, odd_line(1, ("pictures", 0, name), odd))
    assert PICTURES[1][1].id in found
    assert PICTURES[1][0].id not in found
    assert log.damaged == 1


def test_what_a_newer_version_added_is_neither_odd_nor_lost(tmp_path: Path) -> None:
    newer = odd_records.changed(VALUES[0], ("pictures", 0, "mood"), {"deep": [1]})
    newer["later"] = [1]
    unknown = {"v": 1, "id": "x", "at": 1.0, "kind": "wonder", "what": 5}
    field = {**VALUES[3], "id": "y", "field": "mood", "values": [[{"a": 1}, ["x"]]]}
    lines = [odd_records.line_of(one) for one in (newer, unknown, field)]
    path = odd_records.write(tmp_path, [lines[0], *LOG[1:], *lines[1:]])
    log = RecordLog(tmp_path)
    index = Index.in_memory()
    index.apply(log.read())
    assert asked(index) == others(-1)
    assert log.damaged == index.refused == 0
    assert path.read_bytes() == b"".join([lines[0], *LOG[1:], *lines[1:]])


@pytest.mark.parametrize("how", ["bom", "crlf", "both", "spaces"])
def test_a_log_that_an_editor_has_saved_is_read(tmp_path: Path, how: str) -> None:
    text = b"".join(LOG)
    if how in ("crlf", "both"):
        text = text.replace(b"\n", b"\r\n")
    if how in ("bom", "both"):
        text = b"\xef\xbb\xbf" + text
    odd_records.write(tmp_path, [text, b"\r\n \n" if how == "spaces" else b""])
    log = RecordLog(tmp_path)
    read = list(log.read())
    assert [record for record, _begin, _end in read] == [record_log.decode(line) for line in LOG]
    assert log.damaged == 0
    assert [log.at(begin) for _record, begin, _end in read] == [record for record, *_p in read]


def test_a_record_only_the_index_cannot_take_is_passed_over_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.library.index.writer import IndexWriter

    taken = IndexWriter._take_change

    def odd(self: IndexWriter, record: records.Record, begin: records.LogPosition) -> None:
        if record.field == "tags":
            raise TypeError("nobody thought of this")
        taken(self, record, begin)

    monkeypatch.setattr(IndexWriter, "_take_change", odd)
    odd_records.write(tmp_path, LOG)
    for index in (Index.in_memory(), Index.open(tmp_path / "i" / "index.sqlite", write=True)):
        index.apply(RecordLog(tmp_path).read())
        assert asked(index) == others(-1)
        assert index.refused == 1
        assert index.applied() == RecordLog(tmp_path).end_position()
        index.close()


def test_it_is_said_once_and_the_log_stays_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "library/.gridbrush/records"
    path = odd_records.write(folder, [odd_line(0, ("job", "run"), "a/b"), b"{}\n", *LOG[1:]])
    before = path.read_bytes()

    async def start() -> list[str]:
        async with opened(tmp_path) as library:
            assert {one.id for one in await library.every()} == others(-1)
            said = [error.title for error in library.troubles]
            library.troubles.publish_problems()
            return said

    assert asyncio.run(start()) == ["2 lines in the records are unreadable"]
    assert asyncio.run(start()) == []
    assert path.read_bytes() == before


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_library_opens_whatever_bytes_its_log_has(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = bytearray(b"".join(LOG))
    home = tmp_path_factory.mktemp("odd")
    for _time in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        put = data.draw(st.binary(max_size=8))
        text[at : at + data.draw(st.sampled_from([0, 1, 8, 400]))] = put
    odd_records.write(home / "library/.gridbrush/records", [bytes(text)])

    async def start() -> None:
        async with opened(home) as library:
            lines = [line + b"\n" for line in bytes(text).split(b"\n")]
            whole = {p.id for line, some in zip(LOG, PICTURES, strict=True) if line in lines
                     for p in some}  # fmt: skip
            assert whole <= {one.id for one in await library.every()}
            await library.rebuild()

    asyncio.run(start())
