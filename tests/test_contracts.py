"""The arrows between rooms: every import contract of pyproject.toml bites.

A tiny house with the real room names is built in a temporary folder and linted with the real
contracts: as it should be, and once for every import that must not be.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"

# Each room with the imports it may have; the rest of the house follows the same arrows.
HOUSE = {
    "__init__": "",
    "__main__": "import studio.cli, studio.ui.app",
    "cli": "import studio.core",
    "core": "import studio.runs, studio.credentials, studio.settings",
    "runs": "import studio.jobs, studio.events",
    "jobs": "import studio.journal, studio.library.records, studio.providers.transport",
    "journal": "import studio.files",
    "credentials": "import keyring, secretstorage",
    "settings": "import msgspec, studio.files",
    "pictures": "import studio.files",
    "worker": "import studio.decoding",
    "decoding": "from PIL import Image",
    "export": "from PIL import Image",
    "files": "import studio.errors",
    "domain": "from studio.values import dataclass",
    "values": "import dataclasses",
    "errors": "from enum import StrEnum",
    "events": "import studio.domain, studio.errors",
    "words": "import gettext",
    "library.__init__": "",
    "library.index": "import apsw",
    "library.records": "import studio.files, studio.library.index",
    "providers.__init__": "",
    "providers.transport": "import httpx, studio.providers.sketch.painter",
    "providers.sketch.__init__": "",
    "providers.sketch.painter": "from PIL import Image",
    "ui.__init__": "",
    "ui.app": "import qasync, PySide6.QtWidgets, studio.core, studio.ui.main_window",
    "ui.main_window": "import studio.ui.composer, studio.ui.inspector, studio.ui.gallery.view",
    "ui.composer": "import PySide6.QtWidgets, studio.ui.theme",
    "ui.inspector": "import PySide6.QtWidgets, studio.ui.theme",
    "ui.gallery.__init__": "",
    "ui.gallery.view": "import shiboken6, studio.ui.theme",
    "ui.theme": "import PySide6.QtGui",
}

# contract, room, the import that must not be there
FORBIDDEN = [
    ("Qt stays in the window", "core", "import PySide6.QtCore"),
    ("Qt stays in the window", "cli", "from shiboken6 import isValid"),
    ("Qt stays in the window", "jobs", "def later():\n    import qasync"),
    ("Only the transport speaks HTTP", "providers.sketch.painter", "import httpx"),
    ("Only the transport speaks HTTP", "ui.composer", "from httpx import Client"),
    ("Only credentials opens the keyring", "core", "import keyring.errors"),
    ("Only the index speaks SQL", "library.records", "import apsw"),
    ("Only the index speaks SQL", "library.index", "import sqlite3"),
    ("Only decoding, export and the painter use Pillow", "jobs", "from PIL import Image"),
    ("Only decoding, export and the painter use Pillow", "ui.theme", "import PIL"),
    ("Only the decoding process decodes", "pictures", "from studio import decoding"),
    ("Only the start opens the window", "cli", "import studio.ui.theme"),
    ("The window never sees a provider or the index", "ui.composer", "import studio.providers"),
    (
        "The window never sees a provider or the index",
        "ui.gallery.view",
        "from studio.library import index",
    ),
    ("The library never sees a provider", "library.records", "import studio.providers.transport"),
    ("The library never sees a provider", "files", "import studio.providers.transport"),
    (
        "A provider never sees queue, journal, library or keyring",
        "providers.transport",
        "import studio.journal",
    ),
    (
        "A provider never sees queue, journal, library or keyring",
        "providers.sketch.painter",
        "import studio.credentials",
    ),
    ("Fronts over core over runs over jobs over the rest", "jobs", "import studio.runs"),
    ("Fronts over core over runs over jobs over the rest", "files", "import studio.journal"),
    ("Fronts over core over runs over jobs over the rest", "cli", "import studio.ui.theme"),
    ("Panels never import each other", "ui.composer", "import studio.ui.inspector"),
    ("Panels never import each other", "ui.theme", "import studio.ui.gallery"),
    ("Values, errors and events rest on the standard library", "domain", "import msgspec"),
    ("Values, errors and events rest on the standard library", "errors", "import studio.words"),
]


def build(folder: Path, *, room: str = "", extra: str = "") -> None:
    """Write the tiny house, with one more import in one room."""
    for name, imports in HOUSE.items():
        path = folder / "studio" / Path(*name.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
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


def test_every_contract_is_shown_to_bite() -> None:
    contracts = tomllib.loads(PROJECT.read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    assert {contract["name"] for contract in contracts} == {name for name, _, _ in FORBIDDEN}
