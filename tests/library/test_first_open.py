"""A library opened here for the first time: its unfinished work waits for the user's consent."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from studio.app.core import Core
from studio.app.core_options import CoreOptions
from studio.common import paths
from studio.common.paths import Paths
from studio.library.files.originals import HIDDEN
from studio.library.operations import first_open
from tests.torture.strangers import sound, written

UNDER_WAY = 4
"""What `sound` has under way: an import, an emptying and a request; beside them an order."""


def places(home: Path, library: Path) -> Paths:
    """A user's folders, with that library chosen in the settings."""
    where = replace(paths.find(home), home=None)
    where.settings_file.parent.mkdir(parents=True, exist_ok=True)
    where.settings_file.write_text(json.dumps({"version": 1, "library": str(library)}))
    return where


async def opened(where: Paths, *, trusted: bool = False) -> tuple[str, int, list[str]]:
    """What is said at a start, how many pictures there are, and what the journal has."""
    core = await Core.open(where, CoreOptions(provider="sketch", trusted=trusted), environ={})
    try:
        said = core.settings.trouble.title if core.settings.trouble else ""
        folder = core.journal.folder
        entries = sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []
        return said, len(await core.library.every()), entries
    finally:
        await core.close()


@pytest.fixture
def received(tmp_path: Path) -> Path:
    library = tmp_path / "received"
    written(sound(), library)
    return library


async def test_what_is_under_way_in_a_received_library_is_put_aside(
    tmp_path: Path, received: Path
) -> None:
    where = places(tmp_path / "home", received)
    assert first_open.unfinished(received) == UNDER_WAY + 1
    said, pictures, entries = await opened(where)
    assert said == "First use of this library on this computer"
    assert (pictures, entries) == (2, [])
    aside = received / HIDDEN / first_open.ASIDE
    assert {one.name for one in aside.iterdir()} == {
        "importing",
        "composing",
        "emptying",
        "journal",
    }
    # It is said once: from then on the library is known, and what it does itself is its own.
    assert await opened(where) == ("", 2, [])
    assert aside.is_dir()


async def test_what_was_put_aside_is_gone_on_with_when_the_user_says_so(
    tmp_path: Path, received: Path
) -> None:
    where = places(tmp_path / "home", received)
    await opened(where)
    said, pictures, entries = await opened(where, trusted=True)
    assert (said, pictures) == ("", 4)
    assert len(entries) == 2
    assert not (received / HIDDEN / first_open.ASIDE).exists()


async def test_the_users_own_library_is_gone_on_with_unasked(
    tmp_path: Path, received: Path
) -> None:
    home = tmp_path / "home"
    where = places(home, received)
    # An earlier version has opened it: it left an index, and no word of where the library is.
    id = json.loads((received / HIDDEN / "id").read_text())["id"]
    where.computed(id).mkdir(parents=True)
    assert (await opened(where))[1] == 4
    # Moved by hand, with something under way again, it is the same library.
    moved = tmp_path / "moved"
    shutil.move(received, moved)
    written({n: d for n, d in sound().items() if "importing" in n}, moved)
    assert (await opened(places(home, moved)))[:2] == ("", 5)


async def test_the_library_in_its_usual_place_is_the_users(tmp_path: Path) -> None:
    written(sound(), tmp_path / "library")
    said, pictures, _entries = await opened(paths.find(tmp_path))
    assert (said, pictures) == ("", 4)


async def test_a_copy_of_the_users_library_is_a_strangers(tmp_path: Path, received: Path) -> None:
    home = tmp_path / "home"
    await opened(places(home, received))
    copy = tmp_path / "copy"
    shutil.copytree(received, copy)
    written({n: d for n, d in sound().items() if "importing" in n}, copy)
    said, pictures, _entries = await opened(places(home, copy))
    assert said
    assert pictures == 2
