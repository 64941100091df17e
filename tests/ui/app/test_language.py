"""The language of the settings is spoken from the start on."""

from __future__ import annotations

import gettext
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from studio.cli.parser import parse
from studio.common import i18n, paths
from studio.ui.app.startup import Startup


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    i18n.use(gettext.NullTranslations())


@pytest.mark.parametrize(
    ("chosen", "spoken"), [("de", "Papierkorb"), ("en", "Trash"), ("nowhere", "Trash")]
)
async def test_a_start_speaks_the_language_of_the_settings(
    tmp_path: Path, chosen: str, spoken: str
) -> None:
    catalogue = Catalog(locale="de")
    catalogue.add("Trash", "Papierkorb")
    file = tmp_path / "locale" / "de" / "LC_MESSAGES" / "gridbrush.mo"
    file.parent.mkdir(parents=True)
    with file.open("wb") as stream:
        write_mo(stream, catalogue)
    home = tmp_path / "home"
    (home / "config").mkdir(parents=True)
    settings = {"version": 1, "language": chosen}
    (home / "config" / "settings.json").write_text(json.dumps(settings))
    options = parse(["--home", str(home)])

    startup = Startup(options, paths.find(options.home), catalogues=tmp_path / "locale")

    await startup.core.close()
    assert startup.trouble is None
    assert i18n._("Trash") == spoken
