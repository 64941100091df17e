"""A key is sent only to the host it was entered for, even after a change of settings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.app.core import Core
from studio.app.core_options import CoreOptions
from studio.common import paths
from studio.common.errors import KeyMissing
from studio.config.settings import Profile
from tests.generation.harness import KEY, replies, studio

MINE = Profile(name="mine", title="Mine", base_url="https://one.example")
MOVED = Profile(name="mine", title="Mine", base_url="https://two.example/api")


async def test_a_changed_address_keeps_the_key_at_home_until_it_is_given_again(
    tmp_path: Path,
) -> None:
    core = await Core.open(paths.find(tmp_path), CoreOptions(), environ={})
    try:
        core.settings.change(profiles=(MINE,))
        await core.keys.store("mine", KEY)
        assert await core.find_key("mine") == KEY
        core.settings.change(profiles=(MOVED,))
        with pytest.raises(KeyMissing, match=r"belongs to one\.example"):
            await core.find_key("mine")
        # Back home it is the same key as ever.
        core.settings.change(profiles=(MINE,))
        assert await core.find_key("mine") == KEY
        core.settings.change(profiles=(MOVED,))
        await core.keys.store("mine", KEY)
        assert await core.find_key("mine") == KEY
    finally:
        await core.close()


async def test_a_settings_file_that_was_changed_by_somebody_else_gets_no_key(
    tmp_path: Path,
) -> None:
    with replies() as service:
        core = await Core.open(paths.find(tmp_path), CoreOptions(), environ={})
        core.settings.change(profiles=(MINE,))
        await core.keys.store("mine", KEY)
        await core.find_key("mine")
        await core.close()
        file = tmp_path / "config/settings.json"
        settings = json.loads(file.read_text())
        assert KEY not in file.read_text()
        settings["profiles"][0]["base_url"] = service.url
        file.write_text(json.dumps(settings))
        core = await Core.open(paths.find(tmp_path), CoreOptions(), environ={})
        try:
            core.keys._keys["mine"] = type("S", (), {"text": KEY})()
            with pytest.raises(KeyMissing, match="another address"):
                await core.find_key("mine")
        finally:
            await core.close()
        assert service.requests == []


async def test_the_key_of_the_environment_goes_where_the_command_says(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            await one.gone(job)
            assert one.core.settings.value.key_hosts == ()
        assert service.requests[0].headers["authorization"] == f"Bearer {KEY}"
