"""Keys: where they come from, what keyrings answer, and that no prompt holds anything up."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from keyring import errors as keyring_errors

from studio import credentials, environment, key_status, logs
from studio.credentials import (
    KeyringTrouble,
    Keys,
    Source,
    State,
    SystemVault,
    Vault,
    clean,
)
from studio.errors import InputError, KeyLocked, KeyMissing
from studio.events import Events, KeyChanged
from studio.settings import SettingsStore
from tests.canary import KEY

OTHER = "sk-canary-other-9876543210"


class Scripted:
    """A keyring in memory that can be locked, shows prompts and refuses, all on demand."""

    name = "scripted"

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.state = State.OK
        self.refusal: KeyringTrouble | None = None
        self.prompt: threading.Event | None = None
        self.prompted = 0
        self.asked = 0

    def door(self) -> State:
        self.asked += 1
        if self.refusal is not None and self.refusal.state is State.ABSENT:
            raise self.refusal
        return self.state

    def _enter(self) -> None:
        self.asked += 1
        if self.state is State.LOCKED:
            self.prompted += 1
            if self.prompt is not None:
                assert self.prompt.wait(20)
        if self.refusal is not None:
            raise self.refusal
        self.state = State.OK

    def get(self, service: str, profile: str) -> str | None:
        self._enter()
        return self.kept.get((service, profile))

    def set(self, service: str, profile: str, key: str) -> None:
        self._enter()
        self.kept[service, profile] = key

    def delete(self, service: str, profile: str) -> None:
        self._enter()
        self.kept.pop((service, profile), None)


class Bench:
    """Keys with everything around them, and the events they published."""

    def __init__(
        self, folder: Path, vault: Vault, environ: dict[str, str] | None = None, **options: float
    ) -> None:
        self.events = Events()
        self.heard: list[str] = []
        self.events.subscribe(self._hear)
        self.settings = SettingsStore(folder / "settings.json", self.events)
        self.settings.load()
        self.changed = asyncio.Event()
        self.keys = Keys(
            "gridbrush:test",
            self.settings,
            self.events,
            environ or {},
            vault,
            patience=options.get("patience", 10),
        )

    def _hear(self, event: object) -> None:
        if isinstance(event, KeyChanged):
            self.heard.append(event.profile)
            self.changed.set()

    async def until(self, state: State, source: Source = Source.KEYRING) -> None:
        while (now := self.keys.status("dgrid")).state is not state or now.source is not source:
            self.changed.clear()
            await self.changed.wait()


def run(
    folder: Path,
    work: Callable[[Bench], Awaitable[None]],
    vault: Vault | None = None,
    environ: dict[str, str] | None = None,
    **options: float,
) -> None:
    async def main() -> None:
        bench = Bench(folder, vault or Scripted(), environ, **options)
        async with asyncio.timeout(20):
            await work(bench)
            await bench.settings.close()

    asyncio.run(main())


def test_a_stored_key_is_there_at_the_next_start(tmp_path: Path) -> None:
    vault = Scripted()

    async def first(bench: Bench) -> None:
        assert bench.keys.status("dgrid").source is Source.NONE
        status = await bench.keys.store("dgrid", KEY)
        assert (status.source, status.state) == (Source.KEYRING, State.OK)
        assert status.saved
        assert status.usable
        assert "dgrid" in bench.heard
        assert await bench.keys.get("dgrid") == KEY

    async def second(bench: Bench) -> None:
        asked = vault.asked
        assert bench.keys.status("dgrid").state is State.UNREAD
        assert bench.keys.status("dgrid").usable
        assert vault.asked == asked
        assert await bench.keys.get("dgrid") == KEY
        assert bench.keys.status("dgrid").state is State.OK

    run(tmp_path, first, vault)
    assert vault.kept == {("gridbrush:test", "dgrid"): KEY}
    run(tmp_path, second, vault)


def test_the_first_key_makes_its_profile_the_default_and_the_second_does_not(
    tmp_path: Path,
) -> None:
    async def work(bench: Bench) -> None:
        assert bench.settings.value.profile == "sketch"
        await bench.keys.store("google", KEY)
        assert bench.settings.value.profile == "google"
        await bench.keys.store("dgrid", OTHER)
        assert bench.settings.value.profile == "google"
        assert bench.settings.value.known_keys == ("google", "dgrid")

    run(tmp_path, work)


def test_the_settings_file_knows_that_a_key_exists_and_not_the_key(tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        await bench.keys.store("dgrid", KEY)

    run(tmp_path, work)
    text = (tmp_path / "settings.json").read_text()
    assert '"dgrid"' in text
    assert "canary" not in text


def test_the_environment_comes_first_and_belongs_to_one_profile(tmp_path: Path) -> None:
    vault = Scripted()
    vault.kept["gridbrush:test", "dgrid"] = OTHER

    async def work(bench: Bench) -> None:
        assert await bench.keys.get("dgrid") == KEY
        status = bench.keys.status("dgrid")
        assert status.source is Source.ENVIRONMENT
        assert "GRIDBRUSH_API_KEY" in status.sentence
        assert vault.asked == 0
        assert bench.keys.from_environment("google") is None
        with pytest.raises(KeyMissing):
            await bench.keys.get("google")

    run(tmp_path, work, vault, {"GRIDBRUSH_API_KEY": f" {KEY}\n"})


@pytest.mark.parametrize(
    ("state", "part"),
    [
        (State.ABSENT, "no keyring"),
        (State.LOCKED, "is locked"),
        (State.DENIED, "closed or denied"),
        (State.TOO_LONG, "at most"),
    ],
)
def test_a_key_that_cannot_be_saved_serves_this_session_and_says_so(
    tmp_path: Path, state: State, part: str
) -> None:
    vault = Scripted()
    reasons = {
        State.ABSENT: "no keyring can be reached",
        State.LOCKED: "the keyring is locked",
        State.DENIED: "the keyring's prompt was closed or denied",
        State.TOO_LONG: "it takes at most 1280 characters",
    }
    vault.refusal = KeyringTrouble(state, reasons[state])

    async def work(bench: Bench) -> None:
        status = await bench.keys.store("dgrid", KEY)
        assert (status.source, status.state) == (Source.SESSION, state)
        assert status.sentence.startswith("Not saved: ")
        assert part in status.sentence
        assert status.usable
        assert not status.saved
        assert await bench.keys.get("dgrid") == KEY
        assert bench.settings.value.known_keys == ()
        assert bench.settings.value.profile == "dgrid"

    async def again(bench: Bench) -> None:
        with pytest.raises(KeyMissing):
            await bench.keys.get("dgrid")

    run(tmp_path, work, vault)
    run(tmp_path, again, vault)


def locked(prompt: threading.Event | None = None) -> Scripted:
    vault = Scripted()
    vault.kept["gridbrush:test", "dgrid"] = KEY
    vault.state = State.LOCKED
    vault.prompt = prompt
    return vault


def known(folder: Path) -> None:
    (folder / "settings.json").write_text('{"profile": "dgrid", "known_keys": ["dgrid"]}')


def test_looking_at_the_start_never_prompts(tmp_path: Path) -> None:
    vault = locked()
    known(tmp_path)

    async def work(bench: Bench) -> None:
        status = await bench.keys.look("dgrid")
        assert (status.source, status.state) == (Source.KEYRING, State.LOCKED)
        assert status.locked
        assert not status.usable
        with pytest.raises(KeyLocked) as caught:
            await bench.keys.get("dgrid", prompt=False)
        assert caught.value.exit_code == 4
        assert vault.prompted == 0
        status = await bench.keys.unlock("dgrid")
        assert vault.prompted == 1
        assert status.state is State.OK

    run(tmp_path, work, vault)


def test_a_keyring_nobody_can_look_into_is_not_opened_at_the_start(tmp_path: Path) -> None:
    vault = Scripted()
    vault.kept["gridbrush:test", "dgrid"] = KEY
    vault.state = State.UNREAD
    known(tmp_path)

    async def work(bench: Bench) -> None:
        status = await bench.keys.look("dgrid")
        assert status.state is State.UNREAD
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
        with pytest.raises(KeyLocked, match="Waiting for the keyring's prompt"):
            await bench.keys.get("dgrid")
        status = bench.keys.status("dgrid")
        assert (status.state, status.locked) == (State.WAITING, True)
        with pytest.raises(KeyLocked):
            await bench.keys.get("dgrid")
        with pytest.raises(KeyLocked):
            await bench.keys.get("dgrid", prompt=False)
        assert vault.prompted == 1  # one prompt, however often it is asked
        prompt.set()
        await bench.until(State.OK)
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
        assert (status.source, status.state) == (Source.SESSION, State.WAITING)
        assert "prompt is waiting" in status.sentence
        assert await bench.keys.get("dgrid") == KEY
        prompt.set()
        await bench.until(State.OK)
        assert vault.kept["gridbrush:test", "dgrid"] == KEY
        assert bench.settings.value.known_keys == ("dgrid",)

    run(tmp_path, work, vault, patience=0.05)


def test_a_dismissed_prompt_is_said_so_and_can_be_asked_for_again(tmp_path: Path) -> None:
    vault = locked()
    vault.refusal = KeyringTrouble(State.DENIED, "the keyring's prompt was closed or denied")
    known(tmp_path)

    async def work(bench: Bench) -> None:
        with pytest.raises(KeyLocked, match="closed or denied"):
            await bench.keys.get("dgrid")
        assert bench.keys.status("dgrid").locked
        vault.refusal = None
        assert (await bench.keys.unlock("dgrid")).state is State.OK

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


def test_forgetting_removes_it_everywhere(tmp_path: Path) -> None:
    vault = Scripted()

    async def work(bench: Bench) -> None:
        await bench.keys.store("dgrid", KEY)
        await bench.keys.forget("dgrid")
        assert vault.kept == {}
        assert bench.settings.value.known_keys == ()
        assert bench.keys.status("dgrid").state is State.NONE
        with pytest.raises(KeyMissing):
            await bench.keys.get("dgrid")
        await bench.keys.forget("dgrid")

    run(tmp_path, work, vault)


def test_forgetting_says_so_when_the_keyring_keeps_the_key(tmp_path: Path) -> None:
    vault = locked()
    vault.refusal = KeyringTrouble(State.DENIED, "the keyring's prompt was closed or denied")
    known(tmp_path)

    async def work(bench: Bench) -> None:
        with pytest.raises(KeyLocked):
            await bench.keys.forget("dgrid")
        assert bench.settings.value.known_keys == ("dgrid",)

    run(tmp_path, work, vault)


def test_forgetting_a_session_key_needs_no_keyring(tmp_path: Path) -> None:
    vault = Scripted()
    vault.refusal = KeyringTrouble(State.ABSENT, "no keyring can be reached")

    async def work(bench: Bench) -> None:
        await bench.keys.store("dgrid", KEY)
        await bench.keys.forget("dgrid")
        with pytest.raises(KeyMissing):
            await bench.keys.get("dgrid")

    run(tmp_path, work, vault)


@pytest.mark.parametrize(
    "pasted",
    [
        f"  {KEY}\n",
        f"Bearer {KEY}",
        f"bearer  {KEY} ",
        f'"{KEY}"',
        f"'Bearer {KEY}'",
        f"Authorization: Bearer {KEY}",
        f"export GRIDBRUSH_API_KEY='{KEY}'",
        f"API_KEY={KEY}",
        f"“{KEY}”",
        f"{KEY[:9]}\n   {KEY[9:]}",
        f"\ufeff{KEY}\u200b",
    ],
)
def test_what_was_pasted_with_a_key_is_taken_off(pasted: str) -> None:
    assert clean(pasted) == KEY


@pytest.mark.parametrize(
    "pasted", ["", "  \n", "''", "Bearer ", "sk-schlüssel", "sk-\x00a", "k" * 5000]
)
def test_what_is_no_key_is_refused_without_repeating_it(pasted: str) -> None:
    with pytest.raises(InputError) as caught:
        clean(pasted)
    assert "schlüssel" not in f"{caught.value!r} {caught.value} {caught.value.details}"


class Backend:
    """What the keyring library gives on some system, scripted."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, name: str) -> str | None:
        if self.error is not None:
            raise self.error
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, password: str) -> None:
        if self.error is not None:
            raise self.error
        self.kept[service, name] = password

    def delete_password(self, service: str, name: str) -> None:
        if (service, name) not in self.kept:
            raise keyring_errors.PasswordDeleteError("No such password!")
        del self.kept[service, name]


class WindowsError1783(Exception):
    winerror = 1783


@pytest.mark.parametrize(
    ("error", "display", "state"),
    [
        (keyring_errors.NoKeyringError("none"), True, State.ABSENT),
        (keyring_errors.KeyringLocked("Failed to unlock the collection!"), True, State.DENIED),
        (keyring_errors.KeyringLocked("Failed to unlock the collection!"), False, State.LOCKED),
        (keyring_errors.KeyringLocked(f"Can't get: (-128, {KEY})"), True, State.DENIED),
        (keyring_errors.InitError("Prompt dismissed"), True, State.DENIED),
        (keyring_errors.PasswordSetError(f"Can't store {KEY}"), True, State.DENIED),
        (WindowsError1783("CredWrite", KEY), True, State.TOO_LONG),
        (OSError(5, "the bus went away", KEY), True, State.DENIED),
    ],
)
def test_every_error_of_a_keyring_becomes_a_reason_without_the_key(
    error: Exception, display: bool, state: State, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    vault = SystemVault(Backend(error), display=display)
    with pytest.raises(KeyringTrouble) as caught:
        vault.set("gridbrush", "dgrid", KEY)
    assert caught.value.state is state
    assert caught.value.reason
    assert caught.value.__suppress_context__
    assert "canary" not in str(caught.value) + caplog.text


def test_windows_is_not_asked_to_take_what_it_would_cut() -> None:
    backend = Backend()
    vault = SystemVault(backend, longest=1280, door=lambda: State.OK)
    vault.set("gridbrush", "dgrid", "k" * 1280)
    with pytest.raises(KeyringTrouble) as caught:
        vault.set("gridbrush", "dgrid", "k" * 1281)
    assert caught.value.state is State.TOO_LONG
    assert "1280" in caught.value.reason
    assert len(backend.kept["gridbrush", "dgrid"]) == 1280


def test_deleting_what_is_not_there_is_no_error() -> None:
    vault = SystemVault(Backend())
    vault.delete("gridbrush", "dgrid")
    vault.set("gridbrush", "dgrid", KEY)
    vault.delete("gridbrush", "dgrid")
    assert vault.get("gridbrush", "dgrid") is None


def test_no_key_in_any_repr_or_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def work(bench: Bench) -> None:
        asyncio.get_running_loop().set_debug(True)
        status = await bench.keys.store("dgrid", KEY)
        keys = bench.keys
        text = f"{status!r} {keys!r} {vars(keys)!r} {key_status.describe!r}"
        reading = keys._read("dgrid", prompt=True, known=True)
        await reading.future
        assert "canary" not in text + repr(reading) + repr(reading.future)
        assert KEY not in logs.clean(f"it was {KEY}")

    run(tmp_path, work)
    assert "canary" not in caplog.text


WAITS = """
import asyncio, sys, threading, time
from pathlib import Path
from studio.credentials import Keys, State
from studio.errors import KeyLocked
from studio.events import Events
from studio.settings import SettingsStore

class Waits:
    name = "waits"
    def door(self): return State.LOCKED
    def get(self, service, profile): threading.Event().wait()
    set = delete = get

async def main():
    events = Events()
    settings = SettingsStore(Path(sys.argv[1]) / "settings.json", events)
    settings.load()
    keys = Keys("gridbrush", settings, events, {}, Waits(), patience=0.05)
    try:
        await keys.get("dgrid")
    except KeyLocked:
        print("locked", keys.status("dgrid").state)

asyncio.run(main())
"""


def test_the_program_ends_while_a_prompt_waits(tmp_path: Path) -> None:
    known(tmp_path)
    root = str(Path(credentials.__file__).parent.parent)
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", WAITS, str(tmp_path)],
        env={"PYTHONPATH": root, "PATH": ""},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.stdout == "locked waiting\n", done.stderr
    assert done.returncode == 0
    assert time.monotonic() - started < 10


def test_keyring_is_not_loaded_before_a_key_is_wanted() -> None:
    root = str(Path(credentials.__file__).parent.parent)
    program = (
        "import sys, studio.credentials\n"
        "print([m for m in ('keyring', 'secretstorage', 'jeepney') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": root, "PATH": ""},
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    assert done.stdout == "[]\n"


def test_no_program_started_from_here_inherits_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(environment.KEY_VARIABLE, "sk-canary-5e0c")
    assert environment.own_environment()[environment.KEY_VARIABLE] == "sk-canary-5e0c"
    asked = f"import os; print({environment.KEY_VARIABLE!r} in os.environ)"
    child = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True)
    assert child.stdout.split() == [b"False"]
