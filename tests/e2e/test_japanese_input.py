"""Japanese written into the prompt with IBus and Anthy, an input method of the real desktop."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.screen import wait_until

ENGINE = Path("/usr/share/ibus/component/anthy.xml")

pytestmark = [
    pytest.mark.desktop,
    pytest.mark.skipif(
        shutil.which("ibus-daemon") is None or not ENGINE.exists(),
        reason="`make system-assistive` installs IBus and its Japanese engine",
    ),
]


@pytest.fixture
def program(user: Desktop, home: Path) -> Iterator[DesktopProgram]:
    """The program on a desktop whose keyboard writes Japanese, with the keyboard in the prompt."""
    session = user.session
    # The system's own Python and its packages; no settings of another desktop.
    session.environ |= {"GSETTINGS_BACKEND": "memory", "QT_IM_MODULE": "ibus"}
    memory = next(Path("/").glob("usr/lib*/**/ibus-memconf"), None)
    kept = [f"--config={memory}"] if memory else []
    command = ["ibus-daemon", "--panel=disable", "--emoji-extension=disable", "--cache=none", *kept]
    daemon = session.start(command, env={"PYTHONPATH": ""})
    plain = {"PYTHONPATH": ""}

    def ready() -> bool:
        asked = session.run(["ibus", "engine", "anthy"], check=False, env=plain)
        named = session.run(["ibus", "engine"], check=False, env=plain)
        return asked.returncode == 0 and named.stdout.strip() == "anthy"

    wait_until(ready, what="the Japanese engine")
    program = user.start(home=home)
    program.focus_prompt()
    yield program
    assert program.close() == 0
    session.run(["ibus", "exit"], env=plain)
    assert daemon.wait(60) == 0


def test_romaji_becomes_kanji_and_enter_generates_nothing(
    user: Desktop, program: DesktopProgram
) -> None:
    user.type("nihongo")
    user.keys("space", "Return")
    wait_until(lambda: program.prompt.text == "日本語", what=lambda: f"{program.prompt.text!r}")
    # Enter and Ctrl+Enter end the word; only the next Ctrl+Enter generates.
    user.type("no")
    user.keys("Return")
    wait_until(lambda: program.prompt.text == "日本語の", what="kana as they are")
    user.type("neko")
    user.keys("ctrl+Return")
    wait_until(lambda: program.prompt.text == "日本語のねこ", what="the word")
    assert program.items() == []
    user.keys("ctrl+Return")
    program.wait_for_items(1, "日本語のねこ")


def test_held_keys_compose_and_take_back(user: Desktop, program: DesktopProgram) -> None:
    session = user.session

    def hold(key: str, until: str) -> None:
        session.run(["xdotool", "keydown", key])
        wait_until(lambda: program.prompt.text == until, what=lambda: f"{program.prompt.text!r}")
        session.run(["xdotool", "keyup", key])

    user.type("neko")
    user.keys("Return")
    wait_until(lambda: program.prompt.text == "ねこ", what="kana")
    hold("BackSpace", "")
