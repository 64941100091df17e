"""Update notices in the window: enabled in the settings, shown in the message bar."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import shiboken6
from PySide6.QtWidgets import QApplication

from studio.app import updates
from studio.ui.controllers.updates import UpdateNotice
from studio.ui.dialogs.settings.about import AboutSection
from studio.ui.style.theme import install
from studio.ui.widgets.message_bar import MessageBar
from tests.ui.scripted_core import ScriptedDesk, until

FOUND = updates.Update("99.0", "Faster.", "https://here.example/new")


def address() -> str:
    return "https://here.example/updates.json"


@pytest.fixture
def about(qapp: QApplication, desk: ScriptedDesk) -> Iterator[AboutSection]:
    install(qapp, "dark", scale=1.0)
    made = AboutSection(desk, feed=address)
    yield made
    shiboken6.delete(made)


async def test_the_settings_tell_whom_it_asks_and_take_the_choice(
    about: AboutSection, desk: ScriptedDesk
) -> None:
    about.show()
    await until(about.updates.isVisible)
    assert "here.example" in about.asked.text()
    assert not about.updates.isChecked()
    about.updates.click()
    assert desk.settings.value.updates
    about.updates.click()
    assert not desk.settings.value.updates


async def test_a_build_without_an_address_offers_nothing(
    qapp: QApplication, desk: ScriptedDesk, at_end: list[Callable[[], object]]
) -> None:
    install(qapp, "dark", scale=1.0)
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()

    def feed() -> str:
        loop.call_soon_threadsafe(asked.set)
        return ""

    about = AboutSection(desk, feed=feed)
    at_end.append(lambda: shiboken6.delete(about))
    about.show()
    await asked.wait()
    await asyncio.sleep(0)
    assert not about.updates.isVisible()


class PartialWindow(SimpleNamespace):
    """As much of a window as is asked for."""


@pytest.fixture
def window(qapp: QApplication, desk: ScriptedDesk) -> Iterator[Any]:
    install(qapp, "dark", scale=1.0)

    async def making() -> SimpleNamespace:
        return SimpleNamespace(client=None)

    async def found(_client: object, _settings: object, _address: str) -> updates.Update:
        return FOUND

    bar = MessageBar()
    core: Any = SimpleNamespace(settings=desk.settings, making=making)
    notice = UpdateNotice(core, bar, bar, feed=address, check=found)
    yield PartialWindow(core=core, messages=bar, updates=notice)
    shiboken6.delete(bar)


async def test_a_newer_version_is_reported_with_a_way_to_read_about_it(
    window: Any, links: list[str]
) -> None:
    await window.updates.check_for_update()
    notice = window.messages.notice
    assert notice.text == "Gridbrush 99.0 is available. Faster."
    window.messages.on_first()
    assert links == ["https://here.example/new"]
    assert window.core.settings.value.update_seen == "99.0"


async def test_a_version_that_was_waved_away_is_seen(window: Any) -> None:
    await window.updates.check_for_update()
    window.messages.on_close()
    assert window.core.settings.value.update_seen == "99.0"
