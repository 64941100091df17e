"""Pictures the program is opened with, by a file manager or on a command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from studio.cli import parser
from tests.ui.windows import opened, until


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "Skizze für Anna.png"
    Image.new("RGB", (40, 30), "teal").save(path)
    return path


def test_a_file_opens_the_window_with_it_wherever_the_program_was_started(
    picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(picture.parent)
    options = parser.parse(["--log-level", "info", picture.name])
    assert options.command is None
    assert options.files == [picture]
    assert parser.parse([]).files == []


def test_a_command_is_one_though_a_file_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in parser.COMMANDS:
        (tmp_path / name).touch()
    assert parser.parse(["self-test"]).command == "self-test"
    commands = parser.build()._subparsers
    assert commands is not None
    assert set(commands._group_actions[0].choices or ()) == set(parser.COMMANDS)


def test_what_is_neither_a_command_nor_a_file_is_wrong_usage(
    picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["/no/such/file.png"], [str(picture), "--no-such-option"]):
        with pytest.raises(SystemExit) as ended:
            parser.parse(words)
        assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


async def test_the_window_takes_the_files_it_was_started_with_as_references(
    picture: Path, tmp_path: Path
) -> None:
    async with opened(tmp_path / "home", files=(picture,)) as window:
        draft = window.composer.draft
        await until(window.core, lambda: draft().references, "taken")
        assert [reference.name for reference in draft().references] == ["Skizze für Anna"]


@pytest.mark.parametrize("start", ["file://", "file://localhost", "file:"])
def test_an_address_of_a_file_opens_the_window_with_it(picture: Path, start: str) -> None:
    address = start + picture.as_uri().removeprefix("file://")
    assert parser.parse([address]).files == [picture]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("https://example.org/a.png", "web addresses"),
        ("smb://nas/a.png", "smb addresses"),
        ("file:///gone.png", "File file:///gone.png not found."),
        ("file:///", "is a folder"),
        ("data:image/png;base64,AAAA", "in a data: address"),
    ],
)
def test_an_address_that_names_no_file_is_said(
    word: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parser.parse([word])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


async def test_an_empty_file_it_was_started_with_is_reported(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    async with opened(tmp_path / "home", files=(tmp_path / "empty.png",)) as window:
        await until(
            window.core,
            lambda: window.composer.bar.notice and "is empty" in window.composer.bar.notice.text,
            "told",
        )
