"""A keyring with a password prompt blocks nothing, and is opened only when needed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from studio.common.errors import KeyLocked, KeyMissing
from studio.config import credentials
from studio.config.credentials import KeyringFailure, KeySource, KeyState
from tests.canary import KEY
from tests.config.keyrings import Bench, Scripted, known, locked, run


def test_looking_at_the_start_never_prompts(tmp_path: Path) -> None:
    vault = locked()
    known(tmp_path)

    async def work(bench: Bench) -> None:
        status = await bench.keys.check_keyring("dgrid")
        assert (status.source, status.state) == (KeySource.KEYRING, KeyState.LOCKED)
        assert status.locked
        assert not status.usable
        with pytest.raises(KeyLocked) as caught:
            await bench.keys.get("dgrid", prompt=False)
        assert caught.value.exit_code == 4
        assert vault.prompted == 0
        status = await bench.keys.unlock("dgrid")
        assert vault.prompted == 1
        assert status.state is KeyState.OK

    run(tmp_path, work, vault)


def test_a_keyring_nobody_can_look_into_is_not_opened_at_the_start(tmp_path: Path) -> None:
    vault = Scripted()
    vault.kept["gridbrush:test", "dgrid"] = KEY
    vault.state = KeyState.UNREAD
    known(tmp_path)

    async def work(bench: Bench) -> None:
        status = await bench.keys.check_keyring("dgrid")
        assert status.state is KeyState.UNREAD
        assert status.usable
        assert await bench.keys.get("dgrid") == KEY

    run(tmp_path, work, vault)


def test_no_prompt_for_a_profile_that_never_had_a_key(tmp_path: Path) -> None:
    vault = locked()

    async def work(bench: Bench) -> None:
        with pytest.raises(KeyLocked):
            await bench.keys.get("dgrid")
        assert vault.prompted == 0

    run(tmp_path, work, vault)


def test_a_waiting_prompt_is_said_so_and_its_answer_is_taken_when_it_comes(
    tmp_path: Path,
) -> None:
    prompt = threading.Event()
    vault = locked(prompt)
    known(tmp_path)

    async def work(bench: Bench) -> None:
        with pytest.raises(KeyLocked, match="Waiting for the keyring's password prompt"):
            await bench.keys.get("dgrid")
        status = bench.keys.status("dgrid")
        assert (status.state, status.locked) == (KeyState.WAITING, True)
        with pytest.raises(KeyLocked):
            await bench.keys.get("dgrid")
        with pytest.raises(KeyLocked):
            await bench.keys.get("dgrid", prompt=False)
        assert vault.prompted == 1  # one prompt, however often it is asked
        prompt.set()
        await bench.until(KeyState.OK)
        assert await bench.keys.get("dgrid") == KEY

    run(tmp_path, work, vault, patience=0.05)


def test_a_caller_may_have_more_patience(tmp_path: Path) -> None:
    prompt = threading.Event()
    known(tmp_path)

    async def work(bench: Bench) -> None:
        waits = asyncio.create_task(bench.keys.get("dgrid", patience=15))
        with pytest.raises(KeyLocked):
            await bench.keys.get("dgrid")
        prompt.set()
        assert await waits == KEY

    run(tmp_path, work, locked(prompt), patience=0.05)


def test_storing_behind_a_prompt_is_no_silent_fall_back(tmp_path: Path) -> None:
    prompt = threading.Event()
    vault = locked(prompt)
    vault.kept.clear()

    async def work(bench: Bench) -> None:
        status = await bench.keys.store("dgrid", KEY)
        assert (status.source, status.state) == (KeySource.SESSION, KeyState.WAITING)
        assert "is asking for its password" in status.sentence
        assert await bench.keys.get("dgrid") == KEY
        prompt.set()
        await bench.until(KeyState.OK)
        assert vault.kept["gridbrush:test", "dgrid"] == KEY
        assert bench.settings.value.known_keys == ("dgrid",)

    run(tmp_path, work, vault, patience=0.05)


def test_a_dismissed_prompt_is_said_so_and_can_be_asked_for_again(tmp_path: Path) -> None:
    vault = locked()
    vault.refusal = KeyringFailure(
        KeyState.DENIED, "the keyring's password prompt was closed or denied"
    )
    known(tmp_path)

    async def work(bench: Bench) -> None:
        with pytest.raises(KeyLocked, match="closed or denied"):
            await bench.keys.get("dgrid")
        assert bench.keys.status("dgrid").locked
        vault.refusal = None
        assert (await bench.keys.unlock("dgrid")).state is KeyState.OK

    run(tmp_path, work, vault)


def test_a_key_deleted_behind_our_back_is_missing_not_locked(tmp_path: Path) -> None:
    known(tmp_path)

    async def work(bench: Bench) -> None:
        with pytest.raises(KeyMissing) as caught:
            await bench.keys.get("dgrid")
        assert not isinstance(caught.value, KeyLocked)
        assert "DGrid" in caught.value.title
        assert bench.settings.value.known_keys == ()

    run(tmp_path, work)


WAITS = """
import asyncio, sys, threading, time
from pathlib import Path
from studio.config.credentials import Credentials, KeyState
from studio.common.errors import KeyLocked
from studio.domain.events import EventBus
from studio.config.settings import SettingsStore

class Waits:
    name = "waits"
    def door(self): return KeyState.LOCKED
    def get(self, service, profile): threading.Event().wait()
    set = delete = get

async def main():
    events = EventBus()
    settings = SettingsStore(Path(sys.argv[1]) / "settings.json", events)
    settings.load()
    keys = Credentials("gridbrush", settings, events, {}, Waits(), patience=0.05)
    try:
        await keys.get("dgrid")
    except KeyLocked:
        print("locked", keys.status("dgrid").state)

asyncio.run(main())
"""


def test_the_program_ends_while_a_prompt_waits(tmp_path: Path) -> None:
    known(tmp_path)
    root = str(Path(credentials.__file__).parents[2])
    # The prompt is never answered.
    done = subprocess.run(
        [sys.executable, "-c", WAITS, str(tmp_path)],
        env={"PYTHONPATH": root, "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout == "locked waiting\n", done.stderr
    assert done.returncode == 0
