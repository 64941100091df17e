"""The profile of one run, at the address of its option."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from studio.app.core import Core
from studio.app.core_options import CoreOptions
from studio.common import paths


async def test_the_profile_at_another_address_follows_the_settings(tmp_path: Path) -> None:
    options = CoreOptions(provider="dgrid", base_url="https://there.example")
    core = await Core.open(paths.find(tmp_path), options, environ={})
    try:
        first = core.profile("dgrid")
        assert first.base_url == "https://there.example"
        assert core.profile("dgrid") is first, "made once"
        own = replace(core.settings.value.find_profile("dgrid"), title="Ours")
        core.settings.change(profiles=(own,))
        assert core.profile("dgrid") == replace(own, base_url="https://there.example")
    finally:
        await core.close()
