"""The first start."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from studio.common import paths
from studio.ui.panels.key_card import KeyCard
from studio.ui.support.raster import from_jpeg
from studio.ui.support.screen_colours import (
    MonitorState,
    ScreenTransform,
    screen_colours,
    transform_for,
)
from studio.ui.views import welcome as welcome_page
from studio.ui.views.welcome import EXAMPLES, Welcome, example_prompts, shown_folder
from studio.ui.widgets.text import Tag
from tests import icc_profiles
from tests.icc_profiles import SWAPPED
from tests.ui import scripted_core
from tests.ui.scripted_core import ScriptedDesk, until


def page_of(desk: ScriptedDesk) -> Welcome:
    return Welcome(desk, KeyCard(desk))


def end(welcome: Welcome) -> None:
    welcome.close()
    shiboken6.delete(welcome)


async def test_an_example_puts_its_words_into_the_prompt(dressed: None, desk: ScriptedDesk) -> None:
    welcome = page_of(desk)
    chosen: list[str] = []
    asked: list[bool] = []
    welcome.prompt_chosen.connect(chosen.append)
    welcome.shortcuts_requested.connect(lambda: asked.append(True))

    welcome.cards[5].click()
    welcome.shortcuts.click()

    assert chosen == ["Lighthouse in {blue hour|heavy fog|first snow}"]
    assert asked == [True]
    assert [card.accessibleName() for card in welcome.cards] == list(example_prompts())
    end(welcome)


async def test_the_examples_show_their_pictures(dressed: None, desk: ScriptedDesk) -> None:
    welcome = page_of(desk)
    welcome.resize(1216, 800)
    welcome.show()
    await until(lambda: all(not card._picture.isNull() for card in welcome.cards))
    end(welcome)


async def test_another_width_arranges_the_page_anew_only_where_it_has_another_arrangement(
    dressed: None, desk: ScriptedDesk
) -> None:
    welcome = page_of(desk)
    welcome.resize(1200, 800)
    welcome.show()
    arranged: list[QWidget] = []
    page = welcome._page
    page.removeWidget = arranged.append  # type: ignore[method-assign]
    welcome.resize(1300, 800)
    assert arranged == []
    welcome.resize(700, 800)
    assert set(arranged) == {welcome._head, welcome._left, welcome._right}
    end(welcome)


async def test_pictures_are_decoded_once_for_a_screen(
    dressed: None, desk: ScriptedDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[ScreenTransform | None] = []

    def counted(data: bytes, screen: ScreenTransform | None) -> QImage:
        decoded.append(screen)
        return from_jpeg(data, screen)

    async def show_page() -> None:
        page = page_of(desk)
        page.resize(1216, 800)
        page.show()
        await until(lambda: all(not card._picture.isNull() for card in page.cards))
        end(page)

    await show_page()
    monkeypatch.setattr(welcome_page, "from_jpeg", counted)
    await show_page()
    assert decoded == []
    swapped = transform_for(icc_profiles.matrix(SWAPPED))
    screen_colours().show_through(swapped)
    try:
        await show_page()
    finally:
        screen_colours().show_as_srgb(MonitorState.UNKNOWN)
    assert decoded == [swapped] * len(EXAMPLES)


def test_the_pictures_are_small() -> None:
    files = [paths.resources() / "examples" / f"{name}.jpg" for name in EXAMPLES]
    assert sum(file.stat().st_size for file in files) < 300_000


@pytest.mark.parametrize(("width", "height"), [(976, 460), (1216, 624), (700, 460)])
@pytest.mark.parametrize("longer", [False, True])
async def test_it_scrolls_up_and_down_only_and_cuts_nothing(
    dressed: None, desk: ScriptedDesk, width: int, height: int, *, longer: bool
) -> None:
    if longer:
        scripted_core.speak_longer()
    welcome = page_of(desk)
    welcome.resize(width, height)
    welcome.show()
    await asyncio.sleep(0)
    page = welcome.widget()
    assert page is not None
    assert page.minimumSizeHint().width() <= width
    assert page.height() == max(page.heightForWidth(page.width()), welcome.viewport().height())
    for card in welcome.cards:
        assert card.height() >= card.heightForWidth(card.width())
        assert card.width() >= 120
    for child in page.findChildren(QWidget):
        if child.isVisible() and child.hasHeightForWidth():
            assert child.height() >= child.heightForWidth(child.width()) - 1, child
    end(welcome)


def test_the_folder_is_named_as_people_say_it() -> None:
    assert shown_folder(Path.home() / "Pictures" / "Gridbrush") == "Pictures / Gridbrush"
    assert shown_folder(Path("/srv/pictures")) == "/srv/pictures"


async def test_the_real_folder_is_named(dressed: None, desk: ScriptedDesk) -> None:
    welcome = page_of(desk)
    words = [child.accessibleName() for child in welcome.findChildren(QWidget)]
    assert any(str(desk.library_folder) in each for each in words)
    end(welcome)


async def test_the_key_card_has_its_place_among_the_tab_stops(
    dressed: None, desk: ScriptedDesk
) -> None:
    welcome = page_of(desk)
    order: list[QWidget] = []
    at = welcome.nextInFocusChain()
    while at is not None and at is not welcome:
        order.append(at)
        at = at.nextInFocusChain()
    (card,) = welcome.findChildren(KeyCard)
    stops = [order.index(one) for one in (*welcome.cards, card, card.save, welcome.get_key)]
    assert stops == sorted(stops)
    end(welcome)


async def test_the_painter_is_on_only_without_another_provider(
    dressed: None, desk: ScriptedDesk
) -> None:
    welcome = page_of(desk)
    welcome.show()
    welcome.show_profile("dgrid")
    assert "on" not in shown_tags(welcome)
    welcome.show_profile("sketch")
    assert "on" in shown_tags(welcome)
    end(welcome)


def shown_tags(welcome: Welcome) -> list[str]:
    return [tag.text() for tag in welcome.findChildren(Tag) if tag.isVisible()]
