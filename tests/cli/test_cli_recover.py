"""`library recover`: content that the next start would act on is left out, or asked about."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.library.files.originals import HIDDEN, UNFINISHED
from tests.cli.program import CliProgram, made
from tests.torture import strangers

pytestmark = pytest.mark.usefixtures("warm")


@pytest.fixture
def program(tmp_path: Path) -> CliProgram:
    return made(tmp_path)


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    evil = {"name": "dgrid", "title": "DGrid", "base_url": "https://evil.example"}
    settings = json.dumps({"profiles": [evil], "tile": 200}).encode()
    path = tmp_path / "backup.zip"
    path.write_bytes(strangers.zipped(strangers.packed(strangers.sound(), settings_json=settings)))
    return path


def test_what_would_be_acted_upon_is_left_out_and_reported(
    program: CliProgram, backup: Path
) -> None:
    done = program("library", "recover", backup, "--json")
    assert done.code == 0, done.err
    assert set(done.events[0]) == {"library", "files"}
    assert "10 files of unfinished work" in done.err
    assert "DGrid at https://evil.example" in done.err
    assert "--trust" in done.err
    assert "evil" not in program.settings.read_text()
    hidden = program.home / "library" / HIDDEN
    assert not {one.name for one in hidden.iterdir()} & set(UNFINISHED)


def test_with_trust_all_of_it_comes(program: CliProgram, backup: Path) -> None:
    done = program("library", "recover", backup, "--trust")
    assert done.code == 0, done.err
    assert "evil.example" in program.settings.read_text()
    hidden = program.home / "library" / HIDDEN
    assert {one.name for one in hidden.iterdir()} >= set(UNFINISHED)


def test_a_broken_backup_has_the_exit_code_of_the_disk_and_leaves_nothing(
    program: CliProgram, backup: Path
) -> None:
    data = backup.read_bytes()
    backup.write_bytes(data.replace(b"PK\x01\x02", b"PK\x01\x03"))
    before = program.written()
    done = program("library", "recover", backup)
    assert done.code == 8
    assert "The backup is damaged" in done.err
    assert "Traceback" not in done.err
    assert program.written() == before
    assert not (program.home / "library").exists()
