"""Layouts on systems with other fonts: none at all, or only a wide one.

Each runs in a process of its own, whose fontconfig knows a folder made here and nothing else.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from studio.ui.style import fonts

ROOT = Path(__file__).resolve().parents[3]
WIDE = "Wider"

WORDS = "tests/ui/window/test_words.py"
CHOICES = "tests/ui/panels/composer/test_composer_choices.py"
LAYOUT_TESTS = (
    WORDS,
    # It reads the program, which no font changes.
    f"--deselect={WORDS}::test_everything_that_opens_over_the_window_is_read_here",
    f"{CHOICES}::test_choices_give_way_in_order_and_nothing_is_cut",
    f"{CHOICES}::test_the_windows_of_the_design",
)

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="fontconfig tells Qt of fonts on Linux only"
)

PROBE = """
import json, sys
from PySide6.QtGui import QFontDatabase, QFontInfo, QFontMetricsF
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
app = QApplication(["probe", "-style", "fusion"])
system = QFontInfo(app.font()).family()
known = QFontDatabase.families()
from studio.ui.style import theme
look = theme.install(app, "dark", scale=1.0)
label, button = QLabel(), QPushButton()
for made in (label, button):
    made.ensurePolished()
made = {kind: look.font(kind) for kind in
        ("display", "title", "prompt", "body", "small", "micro", "timer")}
made |= {"label": label.font(), "button": button.font()}
words = "Generate 3 pictures, about $0.40"
print(json.dumps({"system": system, "families": known, "widths": {
    kind: QFontMetricsF(font).horizontalAdvance(words) for kind, font in made.items()}}))
"""


def widened(font: bytes) -> bytes:
    """The font with another name, in which everything is half as wide again."""
    data = bytearray(font.replace("Inter".encode("utf-16-be"), WIDE.encode("utf-16-be")))
    tables = {
        bytes(data[at : at + 4]): struct.unpack_from(">I", data, at + 8)[0]
        for at in range(12, 12 + 16 * struct.unpack_from(">H", data, 4)[0], 16)
    }
    (count,) = struct.unpack_from(">H", data, tables[b"hhea"] + 34)
    for at in range(tables[b"hmtx"], tables[b"hmtx"] + 4 * count, 4):
        (advance,) = struct.unpack_from(">H", data, at)
        struct.pack_into(">H", data, at, advance * 3 // 2)
    return bytes(data)


@pytest.fixture(params=["none", "wide"])
def system(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The environment of a process on a system with these fonts."""
    folder = tmp_path / "fonts"
    folder.mkdir()
    if request.param == "wide":
        for path in fonts.files():
            (folder / f"{WIDE}-{path.name}").write_bytes(widened(path.read_bytes()))
    chosen = tmp_path / "fonts.conf"
    chosen.write_text(
        f"<fontconfig><dir>{folder}</dir><cachedir>{tmp_path / 'cache'}</cachedir></fontconfig>"
    )
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("GRIDBRUSH_")},
        "FONTCONFIG_FILE": str(chosen),
        "QT_QPA_PLATFORM": "offscreen",
    }


@pytest.fixture(scope="module")
def here() -> dict[str, Any]:
    """What the probe tells with the fonts of this machine."""
    told = run({**os.environ, "QT_QPA_PLATFORM": "offscreen"}, "-c", PROBE)
    return cast("dict[str, Any]", json.loads(told))


def run(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    return done.stdout


def test_words_are_as_wide_as_with_the_fonts_of_this_machine(
    system: dict[str, str], here: dict[str, Any]
) -> None:
    there = json.loads(run(system, "-c", PROBE))
    wide = WIDE in there["families"]
    assert set(there["families"]) <= {WIDE, f"{WIDE} SemiBold", "Sans Serif", "Serif", "Monospace"}
    assert there["system"] == WIDE or not wide
    assert there["widths"] == here["widths"]


def test_layouts_hold(system: dict[str, str]) -> None:
    told = run(system, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider",
               *LAYOUT_TESTS)  # fmt: skip
    assert " passed" in told
