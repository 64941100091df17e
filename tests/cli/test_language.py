"""The command line speaks the language of the settings: words, help and numbers, but no data."""

from __future__ import annotations

import gettext
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio import __main__
from studio.common import i18n
from studio.common.number_format import ENGLISH


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    i18n.use(gettext.NullTranslations())
    i18n.use_numbers(ENGLISH)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    monkeypatch.delenv("GRIDBRUSH_HOME", raising=False)
    return tmp_path / "home"


def choose(home: Path, language: str) -> None:
    (home / "config").mkdir(parents=True, exist_ok=True)
    settings = {"version": 1, "language": language}
    (home / "config" / "settings.json").write_text(json.dumps(settings))


def test_a_command_speaks_the_language_of_the_settings(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    choose(home, "de")
    assert __main__.main(["--home", str(home), "generate", ""]) == 2
    assert "Der Prompt ist leer" in capsys.readouterr().err
    choose(home, "en")
    assert __main__.main(["--home", str(home), "generate", ""]) == 2
    assert "The prompt is empty" in capsys.readouterr().err


@pytest.mark.parametrize("given", ["apart", "together", "variable"])
def test_help_speaks_it_too(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    choose(home, "de")
    words = {"apart": ["--home", str(home)], "together": [f"--home={home}"], "variable": []}[given]
    if given == "variable":
        monkeypatch.setenv("GRIDBRUSH_HOME", str(home))
    with pytest.raises(SystemExit):
        __main__.main([*words, "generate", "--help"])
    assert "Seitenverhältnis, etwa 16:9" in capsys.readouterr().out


def test_a_mistyped_command_is_answered_in_it(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    choose(home, "de")
    with pytest.raises(SystemExit):
        __main__.main(["--home", str(home), "libary"])
    assert "War library gemeint?" in capsys.readouterr().err


def test_damaged_settings_leave_the_language_of_the_system(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", "de")
    choose(home, "en")
    (home / "config" / "settings.json").write_text("{")
    assert __main__.main(["--home", str(home), "generate", ""]) == 2
    assert "Der Prompt ist leer" in capsys.readouterr().err


def _data(line: str) -> dict[str, object]:
    """A line of JSON without the two texts that are for people."""
    facts: dict[str, object] = json.loads(line)
    return {name: value for name, value in facts.items() if name not in {"title", "note"}}


def test_data_for_scripts_is_the_same_in_every_language(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = {}
    for language in ("en", "de"):
        choose(home, language)
        assert __main__.main(["--home", str(home), "models", "--json"]) == 0
        data = capsys.readouterr().out
        assert __main__.main(["--home", str(home), "models"]) == 0
        said[language] = (
            [_data(line) for line in data.splitlines()],
            [line.split("\t")[3] for line in capsys.readouterr().out.splitlines()],
        )
    assert said["de"][0] == said["en"][0]
    prices = {text for text in said["de"][1] if "." in text or "," in text}
    assert prices
    assert not any("," in text for text in prices)
