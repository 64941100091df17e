"""The language of the system is understood, however it is named, and leads to a catalogue."""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from studio.common import i18n
from studio.common.number_format import ENGLISH
from studio.common.system_language import catalogue_codes, system_languages

VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


@pytest.fixture(autouse=True)
def english_afterwards(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    yield
    i18n.use(gettext.NullTranslations())
    i18n.use_numbers(ENGLISH)


@pytest.fixture
def german(tmp_path: Path) -> Path:
    catalogue = Catalog(locale="de")
    catalogue.add("Trash", "Papierkorb")
    file = tmp_path / "de" / "LC_MESSAGES" / "gridbrush.mo"
    file.parent.mkdir(parents=True)
    with file.open("wb") as stream:
        write_mo(stream, catalogue)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("de", ["de"]),
        ("de_AT.UTF-8@euro", ["de_AT", "de"]),
        ("de-AT", ["de_AT", "de"]),
        ("German_Germany.1252", ["de"]),
        ("German_Germany", ["de"]),
        ("French_Canada.1252", ["fr"]),
        ("Spanish_Mexico", ["es"]),
        ("Japanese_Japan.932", ["ja"]),
        ("Arabic_Egypt", ["ar"]),
        ("Chinese (Simplified)_China.936", ["zh_CN", "zh"]),
        ("Chinese (Traditional)_Taiwan.950", ["zh_TW", "zh"]),
        ("zh-Hans-CN", ["zh_CN", "zh"]),
        ("zh-Hant", ["zh_TW", "zh"]),
        ("zh", ["zh_CN", "zh"]),
        ("pt_BR", ["pt_BR", "pt"]),
        ("English_United States.1252", ["en"]),
        ("en_GB", ["en"]),
        ("C.UTF-8", ["en"]),
        ("POSIX", ["en"]),
        ("", ["en"]),
        ("Klingon_Qonos", ["en"]),
    ],
)
def test_a_language_is_known_by_each_of_its_names(name: str, codes: list[str]) -> None:
    assert catalogue_codes(name) == codes


@pytest.mark.parametrize(
    ("variables", "spoken"),
    [
        ({"LANG": "de_DE.UTF-8"}, "Papierkorb"),
        ({"LANG": "German_Germany.1252"}, "Papierkorb"),
        ({"LANGUAGE": "de_AT:de:en", "LANG": "en_US.UTF-8"}, "Papierkorb"),
        ({"LANGUAGE": "fr:de"}, "Papierkorb"),
        ({"LANGUAGE": "en_US:de"}, "Trash"),
        ({"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, "Trash"),
        ({"LANG": "ja_JP.UTF-8"}, "Trash"),
    ],
)
def test_the_first_language_with_words_is_spoken(
    german: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], spoken: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    i18n.install(german)
    assert i18n._("Trash") == spoken
    assert i18n.number(1234.5, 1) == ("1.234,5" if spoken == "Papierkorb" else "1,234.5")


def test_without_variables_there_is_still_a_language() -> None:
    assert system_languages()


def test_a_chosen_language_counts_before_the_system(
    german: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    i18n.install(german, "en")
    assert i18n._("Trash") == "Trash"
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    i18n.install(german, "de")
    assert i18n._("Trash") == "Papierkorb"
