"""The arrows between rooms: every import contract of pyproject.toml bites.

A tiny house with the real room names is built in a temporary folder and linted with the real
contracts: as it should be, and once for every import that must not be.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
CONTRACTS = tomllib.loads(PROJECT.read_text("utf-8"))["tool"]["importlinter"]["contracts"]

# Each room with the imports it may have; the rest of the house follows the same arrows.
HOUSE = {
    "__init__": "",
    "__main__": "import studio.cli, studio.ui.app.application",
    "cli": "import studio.app.core",
    "app.core": "import studio.domain.runs, studio.config.credentials, studio.config.settings",
    "domain.runs": "import studio.domain.events",
    "remote.server": "import studio.app.core",
    "generation.queue": (
        "import studio.generation.journal, studio.library.log.records, studio.providers.transport"
    ),
    "generation.journal": "import studio.common.files",
    "config.credentials": "import keyring, secretstorage",
    "config.settings": "import msgspec, studio.common.files",
    "imaging.decoder": "import studio.common.files",
    "imaging.worker": "import studio.imaging.decode_jobs",
    "imaging.decode_jobs": "from PIL import Image",
    "export": "from PIL import Image",
    "common.files": "import studio.common.errors",
    "domain.entities": "import studio.common.display_text, studio.common.errors",
    "common.display_text": "import re",
    "common.errors": "from enum import StrEnum",
    "domain.events": "import studio.domain.entities, studio.common.errors",
    "common.i18n": "import gettext",
    "library.__init__": "",
    "library.facade": "import studio.library.operations.trash",
    "library.operations.trash": "import studio.library.store, studio.library.metadata.xmp",
    "library.store": "import studio.library.index.index",
    "library.index.index": "import apsw, studio.library.log.records",
    "library.log.records": "import studio.common.files, studio.library.files.originals",
    "library.files.originals": "",
    "library.metadata.xmp": "",
    "library.query": "",
    "library.stopped": "",
    "providers.__init__": "",
    "providers.transport": "import httpx, studio.providers.sketch.painter",
    "providers.registry": "from studio.providers.gemini import scan",
    "providers.gemini.__init__": "",
    "providers.gemini.scan": "import json",
    "providers.sketch.__init__": "",
    "providers.sketch.painter": "from PIL import Image",
    "ui.__init__": "",
    "ui.app.application": (
        "import qasync, PySide6.QtWidgets, studio.app.core, studio.ui.window.main_window"
    ),
    "ui.window.main_window": (
        "import studio.ui.panels.composer, studio.ui.panels.inspector, studio.ui.views.gallery.view"
    ),
    "ui.panels.composer": "import PySide6.QtWidgets, studio.ui.widgets.buttons",
    "ui.panels.inspector": "import PySide6.QtWidgets, studio.ui.style.theme",
    "ui.panels.sidebar": "",
    "ui.panels.status_bar": "",
    "ui.panels.key_card": "import studio.ui.panels.profile_fields",
    "ui.panels.profile_fields": "",
    "ui.panels.search_completer": "import studio.ui.panels.search_hints",
    "ui.panels.search_hints": "",
    "ui.views.gallery.view": "import shiboken6, studio.ui.style.theme",
    "ui.views.loupe": "import studio.ui.views.canvas",
    "ui.views.canvas": "",
    "ui.views.welcome": "import studio.ui.views.example_card",
    "ui.views.example_card": "",
    "ui.views.empty_state": "",
    "ui.widgets.buttons": "import studio.ui.support.tasks, studio.common.display_text",
    "ui.support.tasks": "import studio.ui.style.theme, studio.domain.entities",
    "ui.style.theme": "import PySide6.QtGui",
}

# contract, room, the import that must not be there
FORBIDDEN = [
    ("Qt stays in the window", "app.core", "import PySide6.QtCore"),
    ("Qt stays in the window", "cli", "from shiboken6 import isValid"),
    ("Qt stays in the window", "generation.queue", "def later():\n    import qasync"),
    ("Only the transport speaks HTTP", "providers.sketch.painter", "import httpx"),
    ("Only the transport speaks HTTP", "ui.panels.composer", "from httpx import Client"),
    ("Only credentials opens the keyring", "app.core", "import keyring.errors"),
    ("Only the index speaks SQL", "library.log.records", "import apsw"),
    ("Only the index speaks SQL", "library.index.index", "import sqlite3"),
    (
        "Only decoding, export and the painter use Pillow",
        "generation.queue",
        "from PIL import Image",
    ),
    ("Only decoding, export and the painter use Pillow", "ui.style.theme", "import PIL"),
    (
        "Only the decoding process decodes",
        "imaging.decoder",
        "from studio.imaging import decode_jobs as decoding",
    ),
    ("Only the start opens the window", "cli", "import studio.ui.style.theme"),
    (
        "The window never sees a provider or the index",
        "ui.panels.composer",
        "import studio.providers",
    ),
    (
        "The window never sees a provider or the index",
        "ui.views.gallery.view",
        "from studio.library.index import index",
    ),
    (
        "The library never sees a provider",
        "library.log.records",
        "import studio.providers.transport",
    ),
    ("The library never sees a provider", "common.files", "import studio.providers.transport"),
    ("Only providers know a wire", "generation.queue", "from studio.providers.gemini import scan"),
    (
        "Only providers know a wire",
        "app.core",
        "def later():\n    import studio.providers.gemini.scan",
    ),
    (
        "Only providers know a wire",
        "generation.journal",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import studio.providers.gemini",
    ),
    ("Only providers know a wire", "cli", "from studio.providers import sketch"),
    (
        "A provider never sees queue, journal, library or keyring",
        "providers.transport",
        "import studio.generation.journal",
    ),
    (
        "A provider never sees queue, journal, library or keyring",
        "providers.sketch.painter",
        "import studio.config.credentials",
    ),
    ("Packages import downward", "domain.runs", "import studio.generation.queue"),
    (
        "The library imports downward",
        "library.operations.trash",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import studio.library.facade",
    ),
    (
        "The library imports downward",
        "library.store",
        "def later():\n    from studio.library.operations import trash",
    ),
    ("The library imports downward", "library.index.index", "import studio.library.store"),
    ("The library imports downward", "library.log.records", "import studio.library.index.index"),
    (
        "The library imports downward",
        "library.files.originals",
        "import studio.library.log.records",
    ),
    ("The library imports downward", "library.metadata.xmp", "import studio.library.query"),
    (
        "Fronts over core over jobs over the rest",
        "common.files",
        "import studio.generation.journal",
    ),
    ("Fronts over core over jobs over the rest", "cli", "import studio.ui.style.theme"),
    ("Panels never import each other", "ui.panels.composer", "import studio.ui.panels.inspector"),
    ("Panels never import each other", "ui.style.theme", "import studio.ui.views.gallery"),
    (
        "Views and panels over widgets over support over style",
        "ui.views.welcome",
        "import studio.ui.panels.key_card",
    ),
    (
        "Views and panels over widgets over support over style",
        "ui.panels.inspector",
        "import studio.ui.views.canvas",
    ),
    (
        "Views and panels over widgets over support over style",
        "ui.widgets.buttons",
        "import studio.ui.panels.composer",
    ),
    (
        "Views and panels over widgets over support over style",
        "ui.support.tasks",
        "from studio.ui.widgets import buttons",
    ),
    (
        "Views and panels over widgets over support over style",
        "ui.style.theme",
        "def later():\n    import studio.ui.support.tasks",
    ),
    ("Views never import each other", "ui.views.loupe", "import studio.ui.views.gallery.view"),
    ("Views never import each other", "ui.views.canvas", "import studio.ui.views.loupe"),
    ("Panels stand beside each other", "ui.panels.composer", "import studio.ui.panels.key_card"),
    (
        "Panels stand beside each other",
        "ui.panels.search_hints",
        "import studio.ui.panels.search_completer",
    ),
    (
        "Widgets and style know nothing of the product",
        "ui.widgets.buttons",
        "from studio.domain.entities import Picture",
    ),
    (
        "Widgets and style know nothing of the product",
        "ui.widgets.buttons",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import studio.app.core",
    ),
    ("Widgets and style know nothing of the product", "ui.style.theme", "import studio.config"),
    ("Values, errors and events rest on the standard library", "domain.entities", "import msgspec"),
    (
        "Values, errors and events rest on the standard library",
        "common.display_text",
        "import studio.common.i18n",
    ),
    (
        "Values, errors and events rest on the standard library",
        "common.errors",
        "import studio.common.i18n",
    ),
]


def build(folder: Path, *, room: str = "", extra: str = "") -> None:
    """Write the tiny house, with one more import in one room."""
    for name, imports in HOUSE.items():
        path = folder / "studio" / Path(*name.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        for package in path.relative_to(folder).parents[:-1]:
            (folder / package / "__init__.py").touch()
        path.write_text(f"{imports}\n{extra if name == room else ''}\n", encoding="utf-8")
    shutil.copy(PROJECT, folder)


def lint(folder: Path) -> tuple[int, set[str]]:
    """Exit code of the linter, and the contracts it calls broken."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    done = subprocess.run(
        [*command, "--no-logo", "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    lines = done.stdout.splitlines()
    broken = {line.partition(" BROKEN")[0] for line in lines if " BROKEN" in line}
    assert broken or done.returncode == 0, done.stdout + done.stderr
    return done.returncode, broken


def test_a_house_that_follows_the_arrows_breaks_no_contract(tmp_path: Path) -> None:
    build(tmp_path)
    assert lint(tmp_path) == (0, set())


@pytest.mark.parametrize(("contract", "room", "extra"), FORBIDDEN)
def test_a_forbidden_import_breaks_its_contract(
    tmp_path: Path, contract: str, room: str, extra: str
) -> None:
    assert room in HOUSE
    build(tmp_path, room=room, extra=extra)
    code, broken = lint(tmp_path)
    assert (code, contract in broken) == (1, True), broken


def test_every_wire_is_hidden_by_its_contract() -> None:
    """Each folder of the providers is a wire; nobody names one in words either."""
    house = PROJECT.parent / "studio"
    wires = {path.parent.name for path in (house / "providers").glob("*/__init__.py")}
    assert wires >= {"gemini", "sketch"}
    contract = next(one for one in CONTRACTS if one["name"] == "Only providers know a wire")
    assert set(contract["protected_modules"]) == {f"studio.providers.{wire}" for wire in wires}
    named_by = {
        path.relative_to(house)
        for path in house.rglob("*.py")
        if house / "providers" not in path.parents
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.fullmatch(rf"(studio)?\.?providers\.({'|'.join(wires)})(\.[\w.]+)?", node.value)
    }
    assert named_by == set()


def test_every_contract_is_shown_to_bite() -> None:
    assert {contract["name"] for contract in CONTRACTS} == {name for name, _, _ in FORBIDDEN}
