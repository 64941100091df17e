"""Limits of a provider, and timeouts, in the settings."""

from __future__ import annotations

import pytest

from studio.config.settings import Profile, SettingsStore
from studio.ui.dialogs.settings import SettingsDialog
from tests.ui.scripted_core import ScriptedDesk

MINE = Profile(name="mine", title="Mine", base_url="https://images.example.com", per_minute=7)


@pytest.fixture
def desk(desk: ScriptedDesk) -> ScriptedDesk:
    desk.settings.change(profiles=(MINE,))
    return desk


async def test_a_provider_gets_limits_of_its_own_and_loses_them_again(
    dialog: SettingsDialog, desk: ScriptedDesk
) -> None:
    dialog.keys.rows["mine"].edit.click()
    limits = dialog.keys.own.limits
    assert (limits.at_once.text(), limits.per_minute.value()) == ("same as global", 7)
    limits.at_once.stepUp()
    limits.at_once.stepUp()
    limits.per_minute.setValue(20)
    dialog.keys.own.save.click()
    (mine,) = desk.settings.value.profiles
    assert (mine.at_once, mine.per_minute) == (2, 20)
    await desk.settings.close()
    again = SettingsStore(desk.paths.settings_file, desk.events)
    assert again.load().profiles == (mine,)

    dialog.keys.rows["mine"].edit.click()
    limits.at_once.setValue(0)
    limits.per_minute.setValue(0)
    assert limits.per_minute.text() == "no limit"
    dialog.keys.own.save.click()
    (mine,) = desk.settings.value.profiles
    assert (mine.at_once, mine.per_minute) == (None, None)


async def test_a_provider_every_installation_has_can_have_limits_too(
    dialog: SettingsDialog, desk: ScriptedDesk
) -> None:
    dialog.keys.rows["dgrid"].edit.click()
    dialog.keys.own.limits.per_minute.setValue(10)
    dialog.keys.own.save.click()
    found = desk.settings.value.find_profile("dgrid")
    assert (found.per_minute, found.base_url) == (10, "https://api.dgrid.ai")
    dialog.keys.rows["dgrid"].edit.click()
    dialog.keys.own.limits.per_minute.setValue(0)
    dialog.keys.own.save.click()
    assert desk.settings.value.profiles == (MINE,)


async def test_the_user_says_when_an_answer_is_late(
    dialog: SettingsDialog, desk: ScriptedDesk
) -> None:
    late = dialog.pictures.late
    assert late.text() == "auto"
    late.stepUp()
    assert desk.settings.value.time_out == 60.0
    desk.settings.change(time_out=200.0)
    assert late.value() == 4
    assert desk.settings.value.time_out == 200.0, "what is only shown changes nothing"
    late.setValue(0)
    assert desk.settings.value.time_out == 0.0
