"""Cost of a start, counted and never timed; the window is opened in its own process."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
PICTURES = 6
MOST_AT_FIRST, MOST_AT_REST = 163, 365
"""Our own modules that are loaded when the first screen is painted, and when a start is over."""

# Speaks when the first screen stands with all its thumbnails.
DRIVER = """
import json, linecache, sys
import studio.ui.app.first_window as first
shown = []
show = first._show
def watched_show(*args):
    session = show(*args)
    from PySide6.QtGui import QFontInfo
    window = session.window
    gallery = window.gallery
    pictures = [gallery.rows.picture_at(row) for row in gallery.visible_rows()]
    shown.append({
        "visible": window.isVisible(), "painted": window.painted,
        "tiles": sum(p is not None and gallery.thumbnails.strength(p.id) == 1 for p in pictures),
        "modules": sorted(sys.modules),
        "typeface": QFontInfo(window.font()).family(),
    })
    watch_the_loop()
    return session
first._show = watched_show

def watch_the_loop():
    from functools import partial
    from studio.ui.app import main_loop
    main_loop._stay = partial(watched, main_loop._stay)

async def watched(stay, app, core, session, stop):
    opened, window = session.open, session.window
    async def open_and_tell():
        import asyncio
        await opened()
        window.told = asyncio.get_running_loop().create_task(tell(session))
        window.told.add_done_callback(lambda task: task.exception() and window.close())
    session.open = open_and_tell
    return await stay(app, core, session, stop)

async def tell(session):
    import asyncio
    window, built = session.window, session.built
    gallery = window.gallery
    while True:
        pictures = [gallery.rows.picture_at(row) for row in gallery.visible_rows()]
        if pictures and all(p and gallery.thumbnails.strength(p.id) == 1 for p in pictures):
            break
        await asyncio.sleep(0.001)
    # All that a start does by itself, but for the round after a minute.
    from studio.app import maintenance
    from studio.ui.app import main_loop
    maintenance.run = lambda core: asyncio.sleep(0)
    await main_loop.look_after(session)
    print(json.dumps({
        "shown": shown[0],
        "tiles": len(pictures),
        "worker": session.core.decoder.running,
        "modules": sorted(sys.modules),
        "source lines": sum(len(entry[2]) for entry in linecache.cache.values()),
        "icons": [
            name for name, one in built.actions_of.every.items() if not one.icon().isNull()
        ],
    }), flush=True)
    window.close()

from studio.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def run(*words: str) -> str:
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("GRIDBRUSH_")},
        "QT_QPA_PLATFORM": "offscreen",
    }
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The second start of a library with pictures: their thumbnails are on the disk."""
    home = str(tmp_path_factory.mktemp("start"))
    generate = ("-m", "studio", "--home", home, "generate", "Lighthouse at dusk")
    run(*generate, "--model", "sketch", "--size", "512", "--count", str(PICTURES), "--yes")
    run("-c", DRIVER, "--home", home)
    counted: dict[str, Any] = json.loads(run("-c", DRIVER, "--home", home))
    return counted


def test_the_first_screen_shows_the_pictures(start: dict[str, Any]) -> None:
    assert start["tiles"] == PICTURES


def test_the_window_stands_with_its_pictures_before_there_is_a_loop(start: dict[str, Any]) -> None:
    shown = start["shown"]
    assert shown["visible"]
    assert shown["painted"]
    assert shown["tiles"] == PICTURES


def test_the_first_screen_is_painted_in_the_typeface_of_the_design(start: dict[str, Any]) -> None:
    assert start["shown"]["typeface"] == "Inter"


@pytest.mark.parametrize(
    "module",
    [
        "httpx",
        "keyring",
        "secretstorage",
        "cryptography",
        "PIL",
        "studio.domain.models",
        "studio.domain.prompt_variants",
        "studio.providers",
        "studio.ui.support.drag_and_drop",
    ],
)
def test_the_first_screen_does_without(module: str, start: dict[str, Any]) -> None:
    shown = start["shown"]["modules"]
    loaded = [name for name in shown if name == module or name.startswith(f"{module}.")]
    assert not loaded


def own_modules(names: list[str]) -> list[str]:
    return [name for name in names if name.split(".")[0] == "studio"]


def test_the_first_screen_loads_few_modules(start: dict[str, Any]) -> None:
    loaded = own_modules(start["shown"]["modules"])
    assert len(loaded) <= MOST_AT_FIRST, loaded


def test_a_start_loads_few_modules(start: dict[str, Any]) -> None:
    """One more is 50 KB: load it when it is used, or raise the number knowingly."""
    loaded = own_modules(start["modules"])
    assert len(loaded) <= MOST_AT_REST, loaded


@pytest.mark.parametrize(
    "module",
    [
        "configparser",
        "html",
        "shlex",
        "studio.cli.library",
        "studio.library.metadata",
        "studio.library.operations.backup",
        "studio.library.operations.import_",
        "studio.remote",
        "studio.ui.controllers.open_with",
        "studio.ui.dialogs.command_palette",
        "studio.ui.dialogs.history",
        "studio.ui.dialogs.maintenance",
        "studio.ui.dialogs.settings",
        "studio.ui.dialogs.shortcuts_sheet",
        "studio.ui.views.loupe",
    ],
)
def test_a_start_does_without(module: str, start: dict[str, Any]) -> None:
    assert importlib.util.find_spec(module), "a name of today"
    assert module not in start["modules"]


def test_source_lines_of_imported_modules_are_not_kept(start: dict[str, Any]) -> None:
    """PySide6 reads them all, 80,000 lines; a few modules are loaded after the last look."""
    assert start["source lines"] < 2000


def test_thumbnails_on_the_disk_need_no_decoding_process(start: dict[str, Any]) -> None:
    assert not start["worker"]


def test_icons_of_menus_wait_for_a_menu(start: dict[str, Any]) -> None:
    assert start["icons"] == ["sidebar", "inspector", "captions"], "those of the bars' buttons"
