"""Japanese written into the prompt with IBus and Anthy, an input method of the real desktop."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.screen import wait_until

ENGINE = Path("/usr/share/ibus/component/anthy.xml")
MEMORY = Path("/usr/libexec/ibus-memconf")
"""Settings of IBus that are forgotten at its end."""

HIRAGANA = "[org/freedesktop/ibus/engine/anthy/common]\ninput-mode=0\n"
"""Settings of the engine, which begins with Latin letters otherwise."""

pytestmark = [
    pytest.mark.desktop,
    pytest.mark.skipif(
        shutil.which("ibus-daemon") is None or not (ENGINE.exists() and MEMORY.exists()),
        reason="`make system-assistive` installs IBus and its Japanese engine",
    ),
]


@pytest.fixture
def program(user: Desktop, home: Path, room: Path) -> Iterator[DesktopProgram]:
    """The program on a desktop whose keyboard writes Japanese, with the keyboard in the prompt."""
    session = user.session
    session.environ |= {"GSETTINGS_BACKEND": "keyfile", "QT_IM_MODULE": "ibus"}
    # Every word that is composed is in the output: it is no text for assistive programs.
    session.environ["QT_LOGGING_RULES"] = "qt.qpa.input.methods*=true"
    settings = session.home / ".config" / "glib-2.0" / "settings" / "keyfile"
    settings.parent.mkdir(parents=True)
    settings.write_text(HIRAGANA)
    # The engine is a program for the system's own Python.
    plain = {"PYTHONPATH": "", "PATH": "/usr/bin:/bin"}
    command = ["ibus-daemon", "--panel=disable", "--emoji-extension=disable", "--cache=none"]
    # Its socket would be in the long folder of the session.
    command += [f"--config={MEMORY}", f"--address=unix:tmpdir={room}"]
    daemon = session.start(command, env=plain)

    def ready() -> bool:
        # Its exit code tells nothing.
        session.run(["ibus", "engine", "anthy"], check=False, env=plain)
        return session.run(["ibus", "engine"], check=False, env=plain).stdout == "anthy\n"

    wait_until(ready, what="the Japanese engine")
    program = user.start_new(home=home)
    program.focus_prompt()
    # It empties the word when it gets the keyboard.
    wait_for_word(program, "")
    yield program
    assert program.close() == 0
    session.run(["ibus", "exit"], env=plain)
    assert daemon.wait(60) == 0


def test_romaji_becomes_kanji_and_no_enter_of_a_word_generates(
    user: Desktop, program: DesktopProgram
) -> None:
    wait_for = partial(wait_for_prompt, program)
    write = partial(write_word, user, program)
    write("nihongo", "にほんご")
    user.keys("space")
    wait_for_word(program, "日本語")
    user.keys("Return")
    wait_for("日本語")
    # Enter ends a word, and Ctrl+Enter does nothing before that.
    write("no", "の")
    user.keys("Return")
    wait_for("日本語の")
    write("neko", "ねこ")
    user.keys("ctrl+Return", "Return")
    wait_for("日本語のねこ")
    assert program.items() == []
    user.keys("ctrl+Return")
    program.wait_for_items(1, "日本語のねこ")
    # A held key composes, and takes back.
    user.keys("ctrl+a", "BackSpace")
    wait_for("")
    user.session.run(["xdotool", "keydown", "a", "sleep", "1.2", "keyup", "a"])
    user.keys("Return")
    wait_until(lambda: re.fullmatch("あ{2,}", program.prompt.text or ""), what="a row of kana")
    user.session.run(["xdotool", "keydown", "BackSpace"])
    wait_for("")
    user.session.run(["xdotool", "keyup", "BackSpace"])
    # A click on Generate takes the word as it is shown.
    write("inu", "いぬ")
    user.click(program.generate)
    program.wait_for_items(1, "いぬ")


def wait_for_prompt(program: DesktopProgram, text: str) -> None:
    wait_until(
        lambda: program.prompt.text == text, what=lambda: f"{text!r}, not {program.prompt.text!r}"
    )


def write_word(user: Desktop, program: DesktopProgram, romaji: str, kana: str) -> None:
    """Type a word and wait until it is shown, as people do.

    The engine takes keys before it shows what they do: Enter then ends an empty word, and the
    program does not know of the word at Ctrl+Enter.
    """
    user.type(romaji)
    wait_for_word(program, kana)


def wait_for_word(program: DesktopProgram, text: str) -> None:
    """Wait until the engine shows this as the word it composes."""
    wait_until(
        lambda: shown_words(program)[-1:] == [text],
        what=lambda: f"{text!r}, not {shown_words(program)}",
    )


def shown_words(program: DesktopProgram) -> list[str]:
    """All that the engine has shown as a word it composes; the last is on the screen."""
    output = program.output.read_text(errors="replace")
    return re.findall(r'preedit text: "(.*)"', output)
