"""Keys against a real gnome-keyring: open, locked, locked with its prompt waiting, and absent.

Each test runs the code in a process inside a desktop session of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.desktop.session import PASSWORD, Session

pytestmark = pytest.mark.desktop

KEY = "sk-canary-in-a-real-keyring-0123456789"

HANG_SECONDS = 120
"""After which a program counts as hung; a limit, never a wait."""
NEVER = 3600.0
"""Seconds of patience with a prompt; who is patient hangs."""

PROGRAM = """
import asyncio, json, os, sys
from pathlib import Path
from studio.common import paths
from studio.config.credentials import Credentials
from studio.common.errors import StudioError
from studio.domain.events import EventBus, KeyChanged
from studio.config.settings import SettingsStore

home = paths.find(sys.argv[1])
steps = json.loads(sys.argv[2])
patience = float(sys.argv[3])

def say(**what):
    print(json.dumps(what), flush=True)

async def main():
    events = EventBus()
    settings = SettingsStore(home.settings_file, events)
    settings.load()
    keys = Credentials(home.keyring_service, settings, events, os.environ, patience=patience)
    changed = asyncio.Event()
    events.subscribe(lambda event: changed.set() if isinstance(event, KeyChanged) else None)
    beats = 0
    async def tick():
        nonlocal beats
        while True:
            await asyncio.sleep(0.005)
            beats += 1
    ticking = asyncio.create_task(tick())
    for step, *arguments in steps:
        beats = 0
        try:
            if step == "until":
                while keys.status("dgrid").state != arguments[0]:
                    changed.clear()
                    await changed.wait()
                answer = "reached"
            elif step == "status":
                answer = keys.status(*arguments)
            else:
                answer = await getattr(keys, step)(*arguments)
        except StudioError as error:
            answer = error
        status = keys.status("dgrid")
        say(
            step=step,
            answer=answer if isinstance(answer, str) else type(answer).__name__,
            source=status.source, state=status.state, sentence=status.sentence,
            beats=beats,
        )
    ticking.cancel()
    await settings.close()

asyncio.run(main())
say(step="end")
"""


def start(session: Session, *steps: list[str], patience: float = NEVER) -> subprocess.Popen[bytes]:
    return session.start(
        [sys.executable, "-c", PROGRAM, session.home / "g", json.dumps(steps), str(patience)],
        stdout=subprocess.PIPE,
    )


def answers(process: subprocess.Popen[bytes]) -> list[dict[str, object]]:
    output, _errors = process.communicate(timeout=HANG_SECONDS)
    assert process.returncode == 0
    return [json.loads(line) for line in output.splitlines()]


def test_an_open_keyring_keeps_gives_and_deletes(unlocked_keyring: Session) -> None:
    first = answers(start(unlocked_keyring, ["store", "dgrid", KEY], ["get", "dgrid"]))
    assert (first[0]["source"], first[0]["state"]) == ("keyring", "ok")
    second = answers(
        start(
            unlocked_keyring,
            ["status", "dgrid"],
            ["check_keyring", "dgrid"],
            ["get", "dgrid"],
            ["get", "google"],
            ["store", "dgrid", KEY * 100],
            ["delete_key", "dgrid"],
            ["get", "dgrid"],
        )
    )
    assert second[0]["state"] == "unread"
    assert second[1]["state"] == "ok"
    assert second[2]["answer"] == KEY
    assert second[3]["answer"] == "KeyMissing"
    assert second[4]["state"] == "ok"
    assert second[5]["state"] == "none"
    assert second[6]["answer"] == "KeyMissing"


def test_no_key_lies_in_any_file_of_the_home(unlocked_keyring: Session) -> None:
    answers(start(unlocked_keyring, ["store", "dgrid", KEY], ["get", "dgrid"]))
    files = [file for file in unlocked_keyring.home.rglob("*") if file.is_file()]
    assert any(file.name == "settings.json" for file in files)
    assert any(file.suffix == ".keyring" for file in files)
    assert not [file for file in files if b"canary" in file.read_bytes()]


def test_a_locked_keyring_without_a_display_is_said_at_once(unlocked_keyring: Session) -> None:
    answers(start(unlocked_keyring, ["store", "dgrid", KEY]))
    unlocked_keyring.lock_keyring()
    said = answers(
        start(
            unlocked_keyring,
            ["check_keyring", "dgrid"],
            ["get", "dgrid"],
            ["store", "dgrid", KEY + "2"],
            ["get", "dgrid"],
        )
    )
    assert said[0]["state"] == "locked"
    assert said[1]["answer"] == "KeyLocked"
    assert "cannot ask for its password here" in str(said[1]["sentence"])
    assert said[2]["source"] == "session"
    assert str(said[2]["sentence"]).startswith(
        "Key kept for this session only: the keyring is locked"
    )
    assert said[3]["answer"] == KEY + "2"


def prompt_window(session: Session) -> str:
    """The prompt's window; waits until it is there."""
    found = session.run(
        ["xdotool", "search", "--sync", "--onlyvisible", "--class", "gcr-prompter"],
        timeout=HANG_SECONDS,
    )
    return found.stdout.split()[-1]


def test_looking_at_the_start_shows_no_prompt(desktop_keyring: Session) -> None:
    answers(start(desktop_keyring, ["store", "dgrid", KEY]))
    desktop_keyring.lock_keyring()
    said = answers(start(desktop_keyring, ["check_keyring", "dgrid"]))
    assert (said[0]["source"], said[0]["state"]) == ("keyring", "locked")
    assert not [line for line in desktop_keyring.processes().values() if "gcr-prompter" in line]


def test_a_waiting_prompt_blocks_neither_the_loop_nor_the_end(desktop_keyring: Session) -> None:
    answers(start(desktop_keyring, ["store", "dgrid", KEY]))
    desktop_keyring.lock_keyring()
    said = answers(start(desktop_keyring, ["get", "dgrid"], ["unlock", "dgrid"], patience=1))
    # The program has ended, with the prompt never answered.
    assert said[-1]["step"] == "end"
    for step in said[:2]:
        assert step["state"] == "waiting"
        assert step["sentence"] == "Waiting for the keyring's password prompt."
        assert int(str(step["beats"])) > 3, "the loop stood still"
    assert said[0]["answer"] == "KeyLocked"


def test_the_prompts_answer_is_taken_when_it_comes(desktop_keyring: Session) -> None:
    answers(start(desktop_keyring, ["store", "dgrid", KEY]))
    desktop_keyring.lock_keyring()
    process = start(
        desktop_keyring, ["get", "dgrid"], ["until", "ok"], ["get", "dgrid"], patience=0.5
    )
    window = prompt_window(desktop_keyring)
    desktop_keyring.run(["xdotool", "windowfocus", "--sync", window])
    desktop_keyring.run(["xdotool", "type", "--delay", "20", PASSWORD])
    desktop_keyring.run(["xdotool", "key", "Return"])
    said = answers(process)
    assert said[0]["state"] == "waiting"
    assert said[1]["answer"] == "reached"
    assert said[2]["answer"] == KEY


def test_a_prompt_that_is_closed_is_said_so(desktop_keyring: Session) -> None:
    answers(start(desktop_keyring, ["store", "dgrid", KEY]))
    desktop_keyring.lock_keyring()
    process = start(desktop_keyring, ["get", "dgrid"])
    window = prompt_window(desktop_keyring)
    desktop_keyring.run(["xdotool", "windowfocus", "--sync", window])
    desktop_keyring.run(["xdotool", "key", "Escape"])
    said = answers(process)
    assert said[0]["answer"] == "KeyLocked"
    assert said[0]["state"] == "denied"
    assert "prompt was closed" in str(said[0]["sentence"])


@pytest.mark.parametrize("bus", [True, False])
def test_without_a_keyring_the_key_serves_this_session(private_home: Session, bus: bool) -> None:
    if bus:
        private_home.start_bus(services=False)
    said = answers(
        start(
            private_home,
            ["check_keyring", "dgrid"],
            ["store", "dgrid", KEY],
            ["get", "dgrid"],
            ["delete_key", "dgrid"],
            ["get", "dgrid"],
        )
    )
    assert said[0]["state"] == "absent"
    assert (said[1]["source"], said[1]["state"]) == ("session", "absent")
    assert str(said[1]["sentence"]).startswith(
        "Key kept for this session only: no system keyring found"
    )
    assert said[2]["answer"] == KEY
    assert said[4]["answer"] == "KeyMissing"
    settings = Path(private_home.home / "g" / "config" / "settings.json")
    assert b"canary" not in settings.read_bytes()


def test_a_keyring_never_set_up_asks_nothing_at_the_start(session_bus: Session) -> None:
    said = answers(
        start(session_bus, ["check_keyring", "dgrid"], ["store", "dgrid", KEY], ["get", "dgrid"])
    )
    assert said[0]["state"] == "none"
    assert said[1]["source"] == "session"
    assert said[2]["answer"] == KEY


def test_a_session_leaves_nothing_running(tmp_path: Path) -> None:
    with Session(tmp_path / "session") as session:
        session.start_display()
        session.start_bus()
        session.start_accessibility()
        session.unlock_keyring()
        assert session.accessibility.startswith("unix:")
        stray = session.start([sys.executable, "-c", "import time; time.sleep(600)"])
        session._processes.remove(stray)
        assert len(session.processes()) >= 5
        session.grace = 1.0
    assert stray.wait(HANG_SECONDS) == -9
    assert [line for line in session.ended if "sleep(600)" in line]
    assert len(session.ended) == 1
    assert session.processes() == {}
