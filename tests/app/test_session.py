"""A session continues after a crash and ends with an orderly exit."""

from __future__ import annotations

from pathlib import Path

from studio.app import session


def test_a_session_that_did_not_end_goes_on_however_often_it_crashes(tmp_path: Path) -> None:
    assert session.begin_session(tmp_path, 100.0) == 100.0
    assert session.begin_session(tmp_path, 200.0) == 100.0
    assert session.begin_session(tmp_path, 300.0) == 100.0


def test_after_an_orderly_end_another_session_begins(tmp_path: Path) -> None:
    session.begin_session(tmp_path, 100.0)
    session.end_session(tmp_path)
    session.end_session(tmp_path)
    assert session.begin_session(tmp_path, 200.0) == 200.0
    assert [path.name for path in tmp_path.iterdir()] == [session.NAME]


def test_a_note_from_the_future_or_in_pieces_begins_a_session_anew(tmp_path: Path) -> None:
    session.begin_session(tmp_path, 300.0)
    assert session.begin_session(tmp_path, 200.0) == 200.0
    for broken in (b"", b"{", b'{"began": "x"}', b"[]", b"{}"):
        (tmp_path / session.NAME).write_bytes(broken)
        assert session.begin_session(tmp_path, 400.0) == 400.0
