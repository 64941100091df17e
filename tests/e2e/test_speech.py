"""The whole way of a picture by keyboard alone, and what a screen reader is told on it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest
from PIL import Image

from tests.canary import KEY
from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.library import originals
from tests.e2e.screen import Ear, Thing, wait_until
from tests.fake_service import FakeService, Reply

pytestmark = pytest.mark.desktop


@pytest.fixture
def ear(user: Desktop) -> Iterator[Ear]:
    made = Ear(user.session)
    yield made
    made.close()


class Listener:
    """Hands on the keyboard and an ear on the screen reader: each step says exactly its words."""

    def __init__(self, user: Desktop, ear: Ear) -> None:
        self._user = user
        self._ear = ear
        self._expected = ""

    def step(
        self, *keys: str, said: str = "", focus: str = "", name: str = "", typed: str = ""
    ) -> None:
        """Press keys, type, and wait.

        `said` is everything that is announced, short pauses or not; `focus` is where the keyboard
        ends; `name` is in the new name of an item.
        """
        self.check()
        self._ear.clear()
        self._expected = said
        if keys:
            self._user.keys(*keys)
        if typed:
            self._user.type(typed)
        self.hear(said=said, focus=focus, name=name)

    def hear(self, *, said: str = "", focus: str = "", name: str = "") -> None:
        """Wait for what comes by itself, instead of keys."""
        self._expected = said
        wait_until(lambda: self.said == said, what=lambda: f"{said!r}, not {self.said!r}")
        if focus:
            wait_until(
                lambda: self._ear.heard("focus")[-1:] == [focus],
                what=lambda: f"{focus!r}, not {self._ear.heard('focus')}",
            )
        if name:
            self._ear.wait_for("name", name)

    def check(self) -> None:
        """Nothing more was said than expected."""
        assert self.said == self._expected

    def forget(self) -> None:
        """Whatever was said up to now is not looked at."""
        self._ear.clear()
        self._expected = ""

    @property
    def said(self) -> str:
        """What was said since it was last forgotten."""
        # A search that finds the same after another letter says so again.
        return ". ".join(words for words, _same in groupby(self._ear.heard("announcement")))


def test_the_whole_way_is_told_in_exactly_these_words(
    user: Desktop, ear: Ear, home: Path, tmp_path: Path
) -> None:
    Image.new("RGB", (600, 400), (40, 90, 160)).save(tmp_path / "style.png")
    first, second, third = (threading.Event() for _picture in range(3))
    with FakeService() as service:
        service.script(*(Reply(wait=gate) for gate in (first, second, third)))
        options = ("--provider", "dgrid", "--base-url", service.url)
        program = user.start(*options, home=home, GRIDBRUSH_API_KEY=KEY)
        wait_until(lambda: "focused" in program.prompt.states, what="the prompt has the keyboard")
        listener = Listener(user, ear)
        ear.wait_for("announcement", "The key is from GRIDBRUSH_API_KEY, for this run only.")
        listener.forget()
        # Write, choose, and a reference from a file.
        listener.step(typed="a {fox|owl} in snow")
        wait_until(lambda: program.prompt.text == "a {fox|owl} in snow", what="the prompt")
        for control in ("Model", "1:1", "All aspect ratios", "Size"):
            listener.step("Tab", focus=control)
        listener.step("Down")
        ear.wait_for("description", "2K")
        listener.step("ctrl+l", focus="Prompt")
        listener.step("shift+Tab", focus="Reference")
        listener.step("Return", focus="File name:")
        listener.step("ctrl+a", typed=str(tmp_path / "style.png"))
        listener.step("Return", said="1 reference added: style", focus="Reference")
        program.wait_for("list item", "General style")
        # Generate; the pictures arrive one after the other.
        listener.step("ctrl+Return", said="2 jobs queued", name="owl, Waiting for the model")
        service.wait_for(2)
        ear.clear()
        first.set()
        listener.hear(said="First picture, 1 of 2 arrived", name=", new, square")
        ear.clear()
        second.set()
        listener.hear(said="Run finished, 2 pictures", name=", new, square")
        program.wait_for_items(2)
        # Into the grid: the item and its place. Rate, pick, name, look at it.
        enter_the_view(user, program, listener)
        listener.step("Home")
        listener.step("Right", focus=program.items()[1].name)
        listener.step("Left", focus=program.items()[0].name)
        listener.step("4", said="1 picture rated: 4 stars", name=", 4 stars, square")
        listener.step("p", said="1 picture picked", name=", 4 stars, picked, square")
        listener.step("F2", focus="Title")
        listener.step("ctrl+a", typed="Winter")
        listener.step(
            "Return",
            said="1 of 2. 1 picture renamed: Winter",
            name="Winter, 4 stars, picked, square",
        )
        listener.step("Return")
        # Its name, once it is known.
        wait_until(lambda: ear.heard("focus")[-1:] in (["Picture"], ["Winter"]), what="the loupe")
        listener.step("5", said="1 picture rated: 5 stars", name="Winter, 5 stars")
        listener.step("Escape", said="1 of 2", focus="Winter, 5 stars, picked, square")
        # Edit it.
        listener.step(
            "ctrl+e", said="1 source added: Winter", focus="Prompt", name="Editing Winter"
        )
        listener.step("ctrl+a", typed="with a red scarf")
        listener.step("ctrl+Return", said="1 job queued")
        service.wait_for(3)
        ear.clear()
        third.set()
        listener.hear(said="Run finished, 1 picture")
        program.wait_for_items(3)
        # Search, and out again.
        listener.step("ctrl+f", focus="Search")
        listener.step(typed="scarf", said="1 picture found")
        program.wait_for_items(1)
        listener.step("ctrl+a", "BackSpace")
        program.wait_for_items(3)
        # Save a copy.
        enter_the_view(user, program, listener)
        listener.step("Home")
        listener.step("ctrl+s", focus="File name:")
        listener.step("ctrl+a", typed=str(tmp_path / "scarf.png"))
        listener.step("Return", said=f"1 of 3. 1 picture saved in {tmp_path}")
        assert (tmp_path / "scarf.png").read_bytes() in [p.read_bytes() for p in originals(home)]
        # The trash, and back; and out.
        listener.step("Delete", said="1 picture moved to the trash")
        program.wait_for_items(2)
        listener.step("ctrl+z", said="Undone: 1 picture moved to the trash")
        program.wait_for_items(3)
        listener.step("ctrl+q")
        assert program.wait_for_end() == 0
        listener.check()


def enter_the_view(user: Desktop, program: DesktopProgram, listener: Listener) -> None:
    """Go from zone to zone until the gallery has the keyboard; its item and place are told."""

    def there() -> bool:
        if "focused" in program.gallery.states:
            return True
        listener.forget()
        user.keys("F6")
        return False

    wait_until(there, what="the gallery to have the keyboard")
    items = program.items()
    # Whichever of the two jobs was answered first is the current one.
    names = {f"{row} of {len(items)}": item.name for row, item in enumerate(items, start=1)}
    wait_until(lambda: listener.said in names, what="the current item and its place")
    listener.hear(said=listener.said, focus=names[listener.said])


STATES = {
    "grid": (),
    "loupe": ("Return",),
    "marks": ("k",),
    "region": ("o",),
    "reframe": ("w",),
    "compare": ("shift+Right", "c"),
    "tree": ("t",),
    "pick": ("shift+p",),
    "palette": ("ctrl+k",),
    "settings": ("ctrl+comma",),
    "all shortcuts": ("question",),
    "go to date": ("ctrl+j",),
    "tags": ("ctrl+t",),
    "collection": ("ctrl+b",),
    "menu": ("F10",),
    "export": ("ctrl+shift+s",),
    "what a drag gives": ("ctrl+d",),
    "what is sent": ("ctrl+shift+p",),
}
"""Keys from the grid to each state."""

UNSAID = ("filler", "unknown", "invalid", "redundant object", "panel")
"""Roles of things of which a reader cannot say what they are."""

ALLOWED = {
    "panel 'Shortcuts' has no role": "it takes the keyboard to be scrolled, and says its name",
}
"""Faults that are none, with the reason."""

CHECKED = ("check box", "radio button", "toggle button", "check menu item")


def test_every_state_is_read_with_names_roles_and_one_focus(user: Desktop, home: Path) -> None:
    user.generate("a {fox|hare} in the snow", "--size", "512", "--seed", "1", home=home)
    program = user.start(home=home)
    program.wait_for_items(2)
    assert program.find("frame", part="Gridbrush"), "the main window is one"
    found: list[str] = []
    for state, keys in STATES.items():
        user.reader.focus(program.gallery)
        wait_until(lambda: "focused" in program.gallery.states, what="the gallery")
        user.keys("Home")
        if keys:
            go_to(user, program, state)
        found += [f"{state}: {fault}" for fault in wait_for_calm(user, program)]
        if state == "what is sent":
            user.keys(*keys)
        go_back(user, program, state)
    assert not found, "\n".join(found)
    assert program.close() == 0


def go_to(user: Desktop, program: DesktopProgram, state: str) -> None:
    """Press the keys of a state, and wait until there is something new on the screen."""
    before = set(program.tree())
    user.keys(*STATES[state])
    wait_until(
        lambda: len(program.windows()) > 1 or set(program.tree()) - before,
        what=f"anything new for {state}",
    )


def go_back(user: Desktop, program: DesktopProgram, state: str) -> None:
    """Press Esc until the grid has the window for itself."""

    def there() -> bool:
        # A menu is a window of its own, which a reader knows only by what has the keyboard in it.
        over = [*program.find("dialog"), *program.windows()[1:]]
        if program.find("list", "Gallery") and not over:
            return True
        user.keys("Escape")
        return False

    wait_until(there, what=lambda: f"the grid after {state}, not:\n" + "\n".join(program.tree()))


def test_first_start_running_failed_and_queue_are_read(user: Desktop, home: Path) -> None:
    with FakeService() as service:
        refusal = {"error": {"code": 400, "message": "Refused.", "status": "INVALID_ARGUMENT"}}
        gate = threading.Event()
        service.script(Reply(400, refusal), Reply(wait=gate))
        options = ("--provider", "dgrid", "--base-url", service.url)
        program = user.start(*options, home=home, GRIDBRUSH_API_KEY=KEY)
        wait_until(lambda: "focused" in program.prompt.states, what="the prompt has the keyboard")
        found = [f"first start: {fault}" for fault in wait_for_calm(user, program)]
        program.write("a fox that is refused")
        user.keys("ctrl+Return")
        program.wait_for_items(1, "Not billed")
        program.write("an owl that never comes")
        user.keys("ctrl+Return")
        program.wait_for_items(1, "Waiting for the model")
        found += [f"running and failed: {fault}" for fault in wait_for_calm(user, program)]
        user.reader.press(program.wait_for("button", part="1 running"))
        program.wait_for("dialog")
        found += [f"queue: {fault}" for fault in wait_for_calm(user, program)]
        assert not found, "\n".join(found)
        user.keys("Escape")
        gate.set()
        program.wait_for_items(1, "never comes, new")
        assert program.close() == 0


def wait_for_calm(user: Desktop, program: DesktopProgram) -> list[str]:
    """What a reader finds wrong, once two looks find the same."""
    looks: list[list[str]] = []

    def same() -> bool:
        looks.append(look_around(user, program))
        return len(looks) > 2 and looks[-1] == looks[-2]

    wait_until(same, what=lambda: f"two equal looks: {looks[-1]}")
    return looks[-1]


def look_around(user: Desktop, program: DesktopProgram) -> list[str]:
    """What is wrong with the elements that take the keyboard: name, role, state, description."""
    faults = []

    def having(state: str) -> list[Thing]:
        asked = {"pid": program.process.pid, "states": [state]}
        return user.reader.find(**asked, most=2000, briefly=True)

    for thing in having("focusable"):
        told = f"{thing.role} {thing.name!r}"
        if not thing.name:
            now = user.reader.look(thing)
            faults.append(f"{told} has no name, at {now and now.extents}")
        if thing.role in UNSAID:
            faults.append(f"{told} has no role")
        if thing.role in CHECKED and "checkable" not in thing.states:
            faults.append(f"{told} does not tell whether it is checked")
        if thing.role == "list item" and "selectable" not in thing.states:
            faults.append(f"{told} does not tell whether it is selected")
        repeats = thing.name and thing.name.casefold() in thing.description.casefold()
        if repeats and thing.role != "combo box":  # its value may have words of the name
            faults.append(f"{told} is described by its name again: {thing.description!r}")
    focused = [t.name for t in having("focused") if t.role != "list item"]
    if len(focused) > 1:
        faults.append(f"several have the keyboard: {focused}")
    return [fault for fault in faults if fault not in ALLOWED]
