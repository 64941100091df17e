"""What a start may cost, counted and never timed: the window is opened in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PICTURES = 6

MOST_MODULES = 80
"""Modules of `studio` that are loaded when pictures and prompt stand on the screen."""

MOST_DATACLASSES = 91
"""Each costs as much as reading a small module."""

# Counts from the first line on, and speaks when the first screen stands with all its thumbnails.
DRIVER = """
import dataclasses, json, sys, threading
made = []
process = dataclasses._process_class
def counted(cls, *args):
    made.append(f"{cls.__module__}.{cls.__qualname__}")
    return process(cls, *args)
dataclasses._process_class = counted

import studio.ui.app as app
shown = []
show = app._Start._show
def watched_show(self, *args):
    show(self, *args)
    gallery = self._window.gallery
    pictures = [gallery.rows.picture_at(row) for row in gallery.visible_rows()]
    shown.append({
        "visible": self._window.isVisible(), "painted": self._window.painted,
        "tiles": sum(p is not None and gallery.thumbnails.strength(p.id) == 1 for p in pictures),
        "modules": sorted(sys.modules),
    })
app._Start._show = watched_show
stay = app._stay
async def watched(app, core, window, stop):
    opened = window.open
    async def open_and_tell():
        import asyncio
        await opened()
        window.told = asyncio.get_running_loop().create_task(tell(window))
        window.told.add_done_callback(lambda task: task.exception() and window.close())
    window.open = open_and_tell
    return await stay(app, core, window, stop)
app._stay = watched

def below(kind):
    return {name for one in kind.__subclasses__() for name in {one.__name__, *below(one)}}

async def tell(window):
    import asyncio
    gallery = window.gallery
    while True:
        pictures = [gallery.rows.picture_at(row) for row in gallery.visible_rows()]
        if pictures and all(p and gallery.thumbnails.strength(p.id) == 1 for p in pictures):
            break
        await asyncio.sleep(0.001)
    print(json.dumps({
        "shown": shown[0], "modules": sorted(sys.modules), "dataclasses": made,
        "tiles": len(pictures),
        "worker": window.core.decoder._child is not None,
        "widgets": sorted(below(__import__("PySide6.QtWidgets").QtWidgets.QWidget)),
        "sources": sorted(__import__("linecache").cache),
        "icons": sum(not one.icon().isNull() for one in window.actions_of.every.values()),
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
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
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
    late = {
        "ssl", "asyncio.events", "qasync", "logging.handlers", "studio.log_files", "selectors",
        "concurrent.futures", "hmac", "typing_extensions",
        "PySide6.QtSvg", "studio.jobs", "studio.journal", "studio.credentials", "studio.models",
        "studio.ui.dragging", "studio.ui.focus_ring",
    }  # fmt: skip
    loaded = late & set(shown["modules"])
    assert not loaded


@pytest.mark.parametrize(
    "module",
    [
        "httpx", "keyring", "secretstorage", "cryptography", "PIL", "rich", "platformdirs",
        "difflib", "urllib.request", "shibokensupport.signature.parser",
        "studio.making", "studio.recovery", "studio.attempts", "studio.arrivals",
        "studio.providers.gemini", "studio.providers.sketch", "studio.providers.transport",
        "studio.cli.generate", "studio.cli.library", "studio.decoding", "studio.export",
        "studio.ui.loupe", "studio.ui.welcome", "studio.ui.settings_dialog",
        "studio.ui.dialogs.command_palette", "studio.ui.dialogs.shortcuts_sheet",
        "studio.ui.dialogs.quitting", "studio.ui.activity.queue_popover",
        "studio.ui.desktop_bus", "studio.ui.word_diff",
        "studio.ui.inspector.picture_page", "studio.ui.inspector.job_page",
    ],
)  # fmt: skip
def test_a_start_does_without(module: str, start: dict[str, Any]) -> None:
    loaded = [name for name in start["modules"] if name == module or name.startswith(f"{module}.")]
    assert not loaded


def test_the_first_screen_needs_few_of_our_modules(start: dict[str, Any]) -> None:
    ours = [name for name in start["shown"]["modules"] if name.split(".")[0] == "studio"]
    assert len(ours) <= MOST_MODULES, ours


def test_a_start_makes_few_dataclasses(start: dict[str, Any]) -> None:
    assert 10 < len(start["dataclasses"]) <= MOST_DATACLASSES, start["dataclasses"]


def test_a_start_loads_only_the_widgets_it_shows(start: dict[str, Any]) -> None:
    """One question for a plain QWidget of Qt's own would load them all."""
    assert "QListView" in start["widgets"]
    assert not {"QWizard", "QMdiArea", "QGraphicsView", "QFileDialog"} & set(start["widgets"])


def test_no_source_is_read_for_features(start: dict[str, Any]) -> None:
    read = [name for name in start["sources"] if "/studio/" in name or "asyncio" in name]
    assert not read


def test_thumbnails_on_the_disk_need_no_decoding_process(start: dict[str, Any]) -> None:
    assert not start["worker"]


def test_icons_of_menus_wait_for_a_menu(start: dict[str, Any]) -> None:
    assert start["icons"] == 0
