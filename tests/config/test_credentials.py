"""Keys: sources, storing, deleting, and that they are never shown."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from studio.common import logs
from studio.common.errors import InputError, KeyLocked, KeyMissing
from studio.config import credentials, environment, key_status
from studio.config.credentials import KeyringFailure, KeySource, KeyState, clean
from tests.canary import KEY
from tests.config.keyrings import OTHER, Bench, Scripted, known, locked, run


def test_a_stored_key_is_there_at_the_next_start(tmp_path: Path) -> None:
    vault = Scripted()

    async def first(bench: Bench) -> None:
        assert bench.keys.status("dgrid").source is KeySource.NONE
        status = await bench.keys.store("dgrid", KEY)
        assert (status.source, status.state) == (KeySource.KEYRING, KeyState.OK)
        assert status.saved
        assert status.usable
        assert "dgrid" in bench.heard
        assert await bench.keys.get("dgrid") == KEY

    async def second(bench: Bench) -> None:
        asked = vault.asked
        assert bench.keys.status("dgrid").state is KeyState.UNREAD
        assert bench.keys.status("dgrid").usable
        assert vault.asked == asked
        assert await bench.keys.get("dgrid") == KEY
        assert bench.keys.status("dgrid").state is KeyState.OK

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
        assert status.source is KeySource.ENVIRONMENT
        assert "GRIDBRUSH_API_KEY" in status.sentence
        assert vault.asked == 0
        assert bench.keys.from_environment("google") is None
        with pytest.raises(KeyMissing):
            await bench.keys.get("google")

    run(tmp_path, work, vault, {"GRIDBRUSH_API_KEY": f" {KEY}\n"})


@pytest.mark.parametrize(
    ("state", "part"),
    [
        (KeyState.ABSENT, "no system keyring"),
        (KeyState.LOCKED, "is locked"),
        (KeyState.DENIED, "closed or denied"),
        (KeyState.TOO_LONG, "at most"),
    ],
)
def test_a_key_that_cannot_be_saved_serves_this_session_and_says_so(
    tmp_path: Path, state: KeyState, part: str
) -> None:
    vault = Scripted()
    reasons = {
        KeyState.ABSENT: "no system keyring found",
        KeyState.LOCKED: "the keyring is locked",
        KeyState.DENIED: "the keyring's password prompt was closed or denied",
        KeyState.TOO_LONG: "it takes at most 1280 characters",
    }
    vault.refusal = KeyringFailure(state, reasons[state])

    async def work(bench: Bench) -> None:
        status = await bench.keys.store("dgrid", KEY)
        assert (status.source, status.state) == (KeySource.SESSION, state)
        assert status.sentence.startswith("Key kept for this session only: ")
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


def test_forgetting_removes_it_everywhere(tmp_path: Path) -> None:
    vault = Scripted()

    async def work(bench: Bench) -> None:
        await bench.keys.store("dgrid", KEY)
        await bench.keys.delete_key("dgrid")
        assert vault.kept == {}
        assert bench.settings.value.known_keys == ()
        assert bench.keys.status("dgrid").state is KeyState.NONE
        with pytest.raises(KeyMissing):
            await bench.keys.get("dgrid")
        await bench.keys.delete_key("dgrid")

    run(tmp_path, work, vault)


def test_forgetting_says_so_when_the_keyring_keeps_the_key(tmp_path: Path) -> None:
    vault = locked()
    vault.refusal = KeyringFailure(
        KeyState.DENIED, "the keyring's password prompt was closed or denied"
    )
    known(tmp_path)

    async def work(bench: Bench) -> None:
        with pytest.raises(KeyLocked):
            await bench.keys.delete_key("dgrid")
        assert bench.settings.value.known_keys == ("dgrid",)

    run(tmp_path, work, vault)


def test_forgetting_a_session_key_needs_no_keyring(tmp_path: Path) -> None:
    vault = Scripted()
    vault.refusal = KeyringFailure(KeyState.ABSENT, "no system keyring found")

    async def work(bench: Bench) -> None:
        await bench.keys.store("dgrid", KEY)
        await bench.keys.delete_key("dgrid")
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


def test_keyring_is_not_loaded_before_a_key_is_wanted() -> None:
    root = str(Path(credentials.__file__).parents[2])
    program = (
        "import sys, studio.config.credentials\n"
        "print([m for m in ('keyring', 'secretstorage', 'jeepney') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": root, "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout == "[]\n"


def test_no_program_started_from_here_inherits_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(environment.KEY_VARIABLE, "sk-canary-5e0c")
    assert environment.own_environment()[environment.KEY_VARIABLE] == "sk-canary-5e0c"
    asked = f"import os; print({environment.KEY_VARIABLE!r} in os.environ)"
    child = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True)
    assert child.stdout.split() == [b"False"]
