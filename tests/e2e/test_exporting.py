"""Pictures are exported by hand on a real display, and judged by another program."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.halted import halted
from tests.e2e.screen import wait_until

pytestmark = pytest.mark.desktop


@pytest.fixture
def program(user: Desktop, home: Path) -> DesktopProgram:
    """The window with two pictures, of which one is selected."""
    user.generate("a {fox|hare} in the snow", "--size", "512", "--seed", "1", home=home)
    made = user.start(home=home)
    made.wait_for_items(2)
    user.click(made.items()[0])
    return made


def test_pictures_are_exported_with_the_keyboard_alone(
    user: Desktop, program: DesktopProgram, home: Path
) -> None:
    out = user.session.home / "Pictures" / "Gridbrush exports"
    user.keys("ctrl+shift+s")
    program.wait_for("dialog", part="Export")
    program.wait_for_words("1 selected")
    presets = program.wait_for("list", "Presets")
    user.reader.focus(presets)
    user.keys("Home", "Down")
    program.wait_for_words("Web JPEG 2048, JPEG 88")
    user.reader.focus(program.wait_for("radio button", "1 selected"))
    user.keys("Right")
    program.wait_for_words("Export 2")
    program.wait_for_words(" each")
    user.keys("Return")
    program.wait_for_words("2 pictures, ")
    files = sorted(out.iterdir())
    assert [one.suffix for one in files] == [".jpg", ".jpg"]
    assert [one.stem.split("-")[0] for one in files] == ["fox", "hare"]
    judged(files)
    user.keys("Escape")
    wait_until(lambda: not program.find("dialog", part="Export"), what="the dialog to go")
    user.close()


def test_a_stopped_export_is_resumed_after_another(user: Desktop, program: DesktopProgram) -> None:
    out = user.session.home / "Pictures" / "Gridbrush exports"
    user.keys("ctrl+shift+s")
    program.wait_for("dialog", part="Export")
    program.wait_for_words("1 selected")
    user.reader.focus(program.wait_for("list", "Presets"))
    user.keys("Home", "Down")
    program.wait_for_words("Web JPEG 2048, JPEG 88")
    user.click(program.wait_for("radio button", "All 2"))
    program.wait_for_words(" each")
    with halted(user, "export") as processes:
        user.click(program.wait_for("button", "Export 2"))
        wait_until(lambda: processes, what="a process that encodes")
        program.wait_for_words("0 of 2")
        user.click(program.wait_for("button", "Stop"))
        program.wait_for_words("stopped, 0 of 2")
    assert not list(out.iterdir())
    user.reader.focus(program.wait_for("list", "Presets"))
    user.keys("Down")
    program.wait_for_words("Export 2")
    program.wait_for_words(" each")
    user.click(program.wait_for("button", "Export 2"))
    program.wait_for_words("Web JPEG 2048: stopped, 0 of 2")
    wait_until(lambda: len(list(out.glob("*.webp"))) == 2, what="the second export")
    user.click(program.wait_for("button", "Resume"))
    wait_until(lambda: len(list(out.glob("*.jpg"))) == 2, what="the first one after all")
    wait_until(lambda: not program.find("button", "Resume"), what="nothing left to resume")
    user.keys("Escape")
    user.close()


def judged(files: list[Path]) -> None:
    """What is in the copies, and what exiftool reads in them, where it is installed."""
    for path in files:
        with Image.open(path) as image:
            assert image.format == "JPEG"
            assert image.info["icc_profile"]
            assert b" in the snow" in image.info["xmp"]
    if shutil.which("exiftool") is None:
        return
    told = subprocess.run(
        ["exiftool", "-json", "-XMP:all", "-File:all", "-ICC_Profile:ProfileDescription", *files],
        check=True,
        capture_output=True,
    )
    for facts in json.loads(told.stdout):
        assert facts["MIMEType"] == "image/jpeg"
        assert facts["Description"] in ("a fox in the snow", "a hare in the snow")
        assert facts["CreatorTool"] == "Gridbrush"
        assert "sRGB" in facts["ProfileDescription"]
