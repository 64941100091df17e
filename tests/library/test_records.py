"""The record log."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest

from studio.common.errors import LibraryTooNew
from studio.domain.entities import Advanced, Grounding, GroundingSource, JobState, SafetySetting
from studio.library.log import records
from studio.library.log.record_log import RecordLog, decode
from studio.library.log.records import BEGINNING, change, encode, finished
from tests.library.builders import a_job, a_picture


def all_of(log: RecordLog) -> list[records.Record]:
    return [record for record, _begin, _end in log.read()]


def test_a_record_comes_back_as_it_was(tmp_path: Path) -> None:
    log = RecordLog(tmp_path)
    record = finished(a_job(state=JobState.DONE), [a_picture(cost_usd=0.0, rating=0)])
    log.append(record)
    assert all_of(RecordLog(tmp_path)) == [record]


def test_the_whole_request_and_what_was_looked_up_come_back(tmp_path: Path) -> None:
    advanced = Advanced(
        system="Flat.", temperature=0.0, search=True, safety=(SafetySetting("X", "OFF"),)
    )
    found = Grounding(queries=("q",), sources=(GroundingSource("https://h.org", "H"),))
    log = RecordLog(tmp_path)
    log.append(finished(a_job(), [a_picture(advanced=advanced, grounding=found)]))
    (record,) = all_of(RecordLog(tmp_path))
    assert (record.pictures[0].advanced, record.pictures[0].grounding) == (advanced, found)


def test_a_record_of_an_earlier_version_has_neither(tmp_path: Path) -> None:
    """A picture as it was written before the request was kept whole."""
    line = encode(finished(a_job(), [a_picture()]))
    body = json.loads(line)
    del body["sum"], body["pictures"][0]["advanced"], body["pictures"][0]["grounding"]
    raw = json.dumps(body).encode()
    (tmp_path / "2026-10.jsonl").write_bytes(raw[:-1] + b',"sum":"%08x"}\n' % zlib.crc32(raw))
    (record,) = all_of(RecordLog(tmp_path))
    assert (record.pictures[0].advanced, record.pictures[0].grounding) == (None, None)
    assert record.pictures[0].prompt == "A lighthouse"


def test_a_flipped_byte_is_noticed_and_costs_only_its_line(tmp_path: Path) -> None:
    log = RecordLog(tmp_path)
    written = [change("rating", [(n, ["a"])], [(0, ["a"])]) for n in range(1, 4)]
    for record in written:
        log.append(record)
    log.close()
    path = next(tmp_path.glob("*.jsonl"))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1].replace(b"rating", b"ratinh") + lines[2])
    again = RecordLog(tmp_path)
    assert all_of(again) == [written[0], written[2]]
    assert again.damaged == 1


def test_a_torn_last_line_is_passed_over_and_the_next_stands_alone(tmp_path: Path) -> None:
    log = RecordLog(tmp_path)
    first, second = (change("flag", [(v, ["a"])], [("", ["a"])]) for v in ("pick", "reject"))
    log.append(first)
    log.close()
    path = next(tmp_path.glob("*.jsonl"))
    path.write_bytes(path.read_bytes() + encode(second)[:20])
    again = RecordLog(tmp_path)
    assert all_of(again) == [first]
    assert again.damaged == 0
    again.append(second)
    assert all_of(RecordLog(tmp_path)) == [first, second]


def test_reading_goes_on_where_it_stopped(tmp_path: Path) -> None:
    log = RecordLog(tmp_path)
    log.append(change("rating", [(1, ["a"])], [(0, ["a"])]))
    place = log.end_position()
    second = change("rating", [(2, ["a"])], [(1, ["a"])])
    log.append(second)
    assert [record for record, _b, _e in log.read(place)] == [second]
    assert [record for record, _b, _e in log.read(log.end_position())] == []


def test_a_record_is_found_again_by_its_place(tmp_path: Path) -> None:
    log = RecordLog(tmp_path)
    log.append(change("rating", [(1, ["a"])], [(0, ["a"])]))
    second = change("rating", [(2, ["a"])], [(1, ["a"])])
    begin, _end = log.append(second)
    assert log.at(begin) == second


def test_a_newer_version_is_refused_with_a_sentence(tmp_path: Path) -> None:
    newer = records.Record(v=records.VERSION + 1, id="x", at=0.0, kind="wonder")
    (tmp_path / "2026-11.jsonl").write_bytes(encode(newer))
    with pytest.raises(LibraryTooNew, match="newer version of Gridbrush"):
        all_of(RecordLog(tmp_path))


def test_order_holds_when_the_clock_goes_back_a_month(tmp_path: Path) -> None:
    later = tmp_path / "2999-01.jsonl"
    first = change("rating", [(1, ["a"])], [(0, ["a"])])
    later.write_bytes(encode(first))
    log = RecordLog(tmp_path)
    second = change("rating", [(2, ["a"])], [(1, ["a"])])
    log.append(second)
    assert all_of(log) == [first, second]


def test_nothing_to_read_is_the_beginning(tmp_path: Path) -> None:
    assert RecordLog(tmp_path).end_position() == BEGINNING


def test_a_line_without_a_checksum_is_refused() -> None:
    with pytest.raises(ValueError, match="checksum"):
        decode(b'{"v":1}\n')
