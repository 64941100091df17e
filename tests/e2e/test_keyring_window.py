"""The window and a real keyring: open, or locked with a prompt waiting."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.canary import KEY
from tests.e2e.desktop import Desktop
from tests.e2e.screen import wait_until
from tests.fake_service import FakeService

pytestmark = pytest.mark.desktop

OWN = "werk"


def own_service(home: Path, address: str) -> None:
    """Settings with a profile of the user's own: a stored key goes to its own host only."""
    path = home / "config" / "settings.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    profile = {"name": OWN, "title": "Werk", "base_url": address}
    path.write_text(json.dumps({"version": 1, "profile": OWN, "profiles": [profile]}))


def test_a_key_given_in_the_window_serves_the_next_start(user: Desktop, home: Path) -> None:
    with FakeService() as service:
        own_service(home, service.url)
        program = user.start(home=home)
        # The status bar says what is missing, and leads to it.
        user.click(program.wait_for("button", "Key settings"))
        field = program.wait_for("password text", part="Werk")
        user.reader.focus(field)
        user.type(KEY)
        user.click(program.wait_for("button", "Test and save"))
        program.wait_for("label", part="key in system keyring")
        # Saving tries the key with a call that costs nothing.
        assert [request.method for request in service.requests] == ["GET"]
        user.keys("Escape")
        assert program.close() == 0
        again = user.start(home=home)
        again.wait_for("label", part="key in system keyring")
        again.write("a boat")
        user.keys("ctrl+Return")
        again.wait_for_items(1, "new")
        request = next(r for r in service.requests if r.method == "POST")
        assert request.headers["authorization"] == f"Bearer {KEY}"
        assert again.close() == 0
        everywhere = [path for path in home.rglob("*") if path.is_file()]
        assert not [path for path in everywhere if KEY.encode() in path.read_bytes()]


def test_a_waiting_prompt_keeps_neither_the_start_nor_the_end(user: Desktop, home: Path) -> None:
    with FakeService() as service:
        own_service(home, service.url)
        user.run("key", "set", "--provider", OWN, home=home, input=KEY)
        user.session.lock_keyring()
        # The prompt is never answered: a program that waited for it would neither start nor end.
        program = user.start(home=home)
        program.write("a boat")
        # The key is wanted now: the keyring shows its own prompt, and the window stays alive.
        user.keys("ctrl+Return")
        wait_until(lambda: user.windows("gcr-prompter"), what="keyring password")
        program.wait_for_items(1)
        assert not [r for r in service.requests if r.method == "POST"]
        program.process.terminate()
        assert program.wait_for_end() == 0
