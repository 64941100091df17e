"""The whole way of a picture by keyboard alone, as the screen reader Orca says it.

`make system-assistive` installs Orca, `make test ARGS="-m orca -rP"` runs this and prints all that
was said. What the program tells is looked for, not what Orca adds to it, which differs from release
to release.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.canary import KEY
from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.library import originals
from tests.e2e.screen import wait_until
from tests.e2e.voice import Voice
from tests.fake_service import FakeService, Reply

pytestmark = [
    pytest.mark.desktop,
    pytest.mark.orca,
    pytest.mark.skipif(
        shutil.which("orca") is None, reason="`make system-assistive` installs Orca"
    ),
]


@pytest.fixture
def voice(user: Desktop) -> Iterator[Voice]:
    """Orca, listening to the desktop, and what it has said.

    It has the session's own home and settings, which are those of a first start.
    """
    if sys.platform == "linux" and others():
        pytest.skip("Orca runs for this user already, and allows only one of itself")
    with Voice() as voice:
        # Orca's Python is the system's, and no test looks at braille.
        environ = {**voice.environ, "PYTHONPATH": "", "GSETTINGS_BACKEND": "memory"}
        orca = user.session.start(["orca", "--disable", "braille"], env=environ)
        wait_until(lambda: voice.said() or orca.poll() is not None, what="Orca, or the end of it")
        assert orca.poll() is None, f"Orca ended with {orca.returncode}"
        voice.wait_for("Screen reader on")
        yield voice
        print("\n".join(voice.log))
        orca.terminate()
        # It ends itself by force when its own end takes too long.
        assert orca.wait(60) in (0, -9)


def others() -> bool:
    """Whether Orca runs for this user; it looks for another one itself, and gives up."""
    command = ["pgrep", "-x", "orca"]
    return subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0


class Blind:
    """Hands on the keyboard and ears for Orca: each step is said."""

    def __init__(self, user: Desktop, voice: Voice) -> None:
        self._user = user
        self._voice = voice

    def step(self, *keys: str, said: tuple[str, ...] | str, typed: str = "") -> None:
        """Press keys, type, and wait until all of `said` is heard."""
        self._voice.forget()
        if keys:
            self._user.keys(*keys)
        if typed:
            self._user.type(typed)
        self._voice.wait_for(*([said] if isinstance(said, str) else said))


def test_orca_reads_the_whole_way_of_a_picture(user: Desktop, voice: Voice, home: Path) -> None:
    # Where file dialogs open: Orca takes its time for each letter of a long path.
    pictures = user.session.home / "Pictures"
    Image.new("RGB", (600, 400), (40, 90, 160)).save(pictures / "style.png")
    first, second, third = (threading.Event() for _picture in range(3))
    with FakeService() as service:
        service.script(*(Reply(wait=gate) for gate in (first, second, third)))
        options = ("--provider", "dgrid", "--base-url", service.url)
        program = user.start(*options, home=home, GRIDBRUSH_API_KEY=KEY)
        # The window, and where the keyboard is in it.
        voice.wait_for("Gridbrush", "Prompt")
        blind = Blind(user, voice)
        # Write: each key is said.
        voice.forget()
        user.type("a fox")
        voice.wait_for_letters("afox")
        program.write("a {fox|owl} in snow")
        # Choose.
        for control in ("Model", "1:1", "All aspect ratios", "Size"):
            blind.step("Tab", said=control)
        before = len(voice.log)
        blind.step("Down", said="2K")
        # A reference from a file.
        blind.step("ctrl+l", said="Prompt")
        assert sum("2K" in words for words in voice.log[before:]) == 1, voice.log[before:]
        blind.step("shift+Tab", said="Reference")
        blind.step("Return", said="File name")
        user.keys("ctrl+a")
        user.type("style.png")
        blind.step("Return", said=("1 reference added: style", "Reference"))
        # Generate; the pictures arrive one after the other.
        blind.step("ctrl+Return", said="2 jobs queued")
        service.wait_for(2)
        voice.forget()
        first.set()
        voice.wait_for("First picture, 1 of 2 arrived")
        voice.forget()
        second.set()
        voice.wait_for("Run finished, 2 pictures")
        program.wait_for_items(2)
        # Into the grid: the tile and its place. Rate, pick, name, look at it.
        enter_the_grid(program, voice, blind)
        blind.step("Right", said=title(program, 1))
        blind.step("Left", said=title(program, 0))
        blind.step("4", said="1 picture rated: 4 stars")
        blind.step("p", said="1 picture picked")
        blind.step("Right", said=title(program, 1))
        blind.step("Left", said=", 4 stars, picked, square")
        blind.step("F2", said="Title")
        user.keys("ctrl+a")
        user.type("Winter")
        blind.step("Return", said="1 picture renamed: Winter")
        blind.step("Return", said="Winter")
        blind.step("5", said="1 picture rated: 5 stars")
        blind.step("Escape", said="Winter, 5 stars, picked, square")
        # Edit it.
        blind.step("ctrl+e", said=("1 source added: Winter", "Prompt"))
        user.keys("ctrl+a")
        user.type("with a red scarf")
        blind.step("ctrl+Return", said="1 job queued")
        service.wait_for(3)
        voice.forget()
        third.set()
        voice.wait_for("Run finished, 1 picture")
        program.wait_for_items(3)
        # Search, and out again.
        blind.step("ctrl+f", said="Search")
        blind.step(typed="scarf", said="1 picture found")
        user.keys("ctrl+a", "BackSpace")
        program.wait_for_items(3)
        # Save a copy.
        enter_the_grid(program, voice, blind)
        blind.step("ctrl+s", said="File name")
        user.keys("ctrl+a")
        user.type("scarf.png")
        blind.step("Return", said="1 picture saved in")
        assert (pictures / "scarf.png").read_bytes() in [p.read_bytes() for p in originals(home)]
        # The trash, and back; and out.
        blind.step("Delete", said="1 picture moved to the trash")
        program.wait_for_items(2)
        blind.step("ctrl+z", said="Undone: 1 picture moved to the trash")
        program.wait_for_items(3)
        user.keys("ctrl+q")
        assert program.wait_for_end() == 0
    for words in ("2 jobs queued", "Run finished, 2 pictures", "1 picture saved in"):
        assert sum(words in said for said in voice.log) == 1, f"{words!r} is said once"


def enter_the_grid(program: DesktopProgram, voice: Voice, blind: Blind) -> None:
    """Go from zone to zone until the gallery has the keyboard; its first tile is read."""

    def there() -> bool:
        if "focused" in program.gallery.states:
            return True
        voice.forget()
        program.desktop.keys("F6")
        return False

    wait_until(there, what="the gallery to have the keyboard")
    voice.wait_for("Gallery")
    if len(program.items()) > 1:
        blind.step("End", said=title(program, -1))
        blind.step("Home", said=title(program, 0))


def title(program: DesktopProgram, place: int) -> str:
    """Beginning of a tile's name; the rest changes once it is looked at."""
    return program.items()[place].name.partition(",")[0]
