"""The file of the shelf: order kept, odd content survived, no other library's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.app.picture_tray import MOST, TrayFile
from studio.common.errors import StorageError
from studio.domain.entities import new_id
from tests.generation.earlier_process import full_disk


def test_the_order_is_kept(tmp_path: Path) -> None:
    ids = [new_id() for _number in range(5)]
    TrayFile(tmp_path / "shelves", "one").save(ids)
    assert TrayFile(tmp_path / "shelves", "one").load() == tuple(ids)
    assert TrayFile(tmp_path / "shelves", "other").load() == ()


@pytest.mark.parametrize("text", ["", "[]", '{"pictures": 7}', "\0", '{"pictures": [1]}'])
def test_an_invalid_file_is_put_aside_and_told_of(tmp_path: Path, text: str) -> None:
    path = tmp_path / "one.json"
    path.write_text(text)
    file = TrayFile(tmp_path, "one")
    assert file.load() == ()
    assert isinstance(file.trouble, StorageError)
    assert (tmp_path / "one.broken.json").read_text() == text


def test_what_is_no_id_is_left_out_and_what_is_unknown_stays(tmp_path: Path) -> None:
    good = [new_id() for _number in range(2)]
    path = tmp_path / "one.json"
    body = {"pictures": [good[0], "../../etc", good[1], good[0]], "later": 7, "version": 1}
    path.write_text(json.dumps(body))
    file = TrayFile(tmp_path, "one")
    assert file.load() == tuple(good)
    file.save(good[:1])
    assert json.loads(path.read_text()) == {"pictures": good[:1], "later": 7, "version": 1}


def test_no_more_is_read_than_a_drag_takes(tmp_path: Path) -> None:
    ids = [new_id() for _number in range(MOST + 5)]
    TrayFile(tmp_path, "one").save(ids)
    assert len(TrayFile(tmp_path, "one").load()) == MOST


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    ids = [new_id()]
    file = TrayFile(tmp_path, "one")
    file.save(ids)
    with full_disk(lambda kind, _path: kind == "write"), pytest.raises(StorageError):
        file.save([])
    assert file.load() == tuple(ids)
