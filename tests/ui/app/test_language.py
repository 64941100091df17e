"""The language of the settings applies from the start, to Qt too."""

from __future__ import annotations

import gettext
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from PySide6.QtCore import QCoreApplication, QLocale, Qt, QTranslator
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLineEdit, QWidget

from studio.cli.parser import parse
from studio.common import i18n, paths
from studio.common.number_format import ENGLISH
from studio.ui.app import first_window
from studio.ui.app.startup import Startup
from studio.ui.support import formatting


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    before = QLocale()
    yield
    QLocale.setDefault(before)
    i18n.use(gettext.NullTranslations())
    i18n.use_numbers(ENGLISH)


def compile_german(folder: Path) -> None:
    catalogue = Catalog(locale="de")
    catalogue.add("Trash", "Papierkorb")
    file = folder / "de" / "LC_MESSAGES" / "gridbrush.mo"
    file.parent.mkdir(parents=True)
    with file.open("wb") as stream:
        write_mo(stream, catalogue)


@pytest.mark.parametrize(
    ("chosen", "spoken"), [("de", "Papierkorb"), ("en", "Trash"), ("nowhere", "Trash")]
)
async def test_a_start_speaks_the_language_of_the_settings(
    tmp_path: Path, chosen: str, spoken: str
) -> None:
    compile_german(tmp_path / "locale")
    home = tmp_path / "home"
    (home / "config").mkdir(parents=True)
    settings = {"version": 1, "language": chosen}
    (home / "config" / "settings.json").write_text(json.dumps(settings))
    options = parse(["--home", str(home)])

    startup = Startup(options, paths.find(options.home), catalogues=tmp_path / "locale")

    await startup.core.close()
    assert startup.trouble is None
    assert i18n._("Trash") == spoken


async def test_a_language_chosen_in_the_settings_is_spoken_after_a_restart(tmp_path: Path) -> None:
    compile_german(tmp_path / "locale")
    options = parse(["--home", str(tmp_path / "home")])
    where = paths.find(options.home)

    def start() -> Startup:
        """A start of the program, which speaks the system's language before it has settings."""
        i18n.install(tmp_path / "locale")
        return Startup(options, where, catalogues=tmp_path / "locale")

    first = start()
    formatting.use_program_language()
    assert (i18n._("Trash"), i18n.number(2.5, 2)) == ("Trash", "2.50")
    first.core.settings.change(language="de")
    await first.core.close()
    assert i18n._("Trash") == "Trash", "until the next start"

    second = start()
    formatting.use_program_language()
    assert (i18n._("Trash"), i18n.number(2.5, 2)) == ("Papierkorb", "2,50")
    assert formatting.money(2.5) == "2,50\u00a0$"
    second.core.settings.change(language="")
    await second.core.close()

    third = start()
    await third.core.close()
    assert i18n._("Trash") == "Trash", "the system's, which is English"


@pytest.fixture
def translators(qapp: QApplication) -> Iterator[None]:
    yield
    for one in qapp.findChildren(QTranslator):
        QCoreApplication.removeTranslator(one)
        one.deleteLater()


@pytest.mark.usefixtures("translators")
@pytest.mark.parametrize(
    ("language", "direction"),
    [("ar", Qt.LayoutDirection.RightToLeft), ("ja", Qt.LayoutDirection.LeftToRight)],
)
def test_windows_are_laid_out_in_the_direction_of_the_language(
    qapp: QApplication, language: str, direction: Qt.LayoutDirection
) -> None:
    i18n.install(paths.resources() / "locale", language)
    formatting.use_program_language()

    first_window.translate_qt(qapp)

    assert QWidget().layoutDirection() is direction
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


@pytest.mark.usefixtures("translators")
@pytest.mark.parametrize(("language", "cancel"), [("de", "Abbrechen"), ("en", "Cancel")])
def test_qts_own_texts_are_in_the_language_of_the_program(
    qapp: QApplication, tmp_path: Path, language: str, cancel: str
) -> None:
    compile_german(tmp_path)
    i18n.install(tmp_path, language)
    formatting.use_program_language()

    first_window.translate_qt(qapp)

    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    assert box.button(QDialogButtonBox.StandardButton.Cancel).text().replace("&", "") == cancel
    field = QLineEdit("word")
    texts = [action.text() for action in field.createStandardContextMenu().actions()]
    assert any("Ausschneiden" in text for text in texts) == (language == "de")
