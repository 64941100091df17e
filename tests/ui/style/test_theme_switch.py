"""Every widget survives a switch of the theme, with its text where a new widget has it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from types import MappingProxyType

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QDialog, QFrame, QWidget

from studio.domain.drafts import Draft
from studio.domain.entities import JobState, Picture, Reference, Role
from studio.ui.dialogs.question import Question
from studio.ui.dialogs.start_error import StartErrorDialog
from studio.ui.panels.composer.composer import Composer
from studio.ui.panels.inspector import Inspector
from studio.ui.panels.key_card import KeyCard, KeyField
from studio.ui.panels.sidebar.rail import Rail
from studio.ui.panels.sidebar.sidebar import Sidebar
from studio.ui.panels.sidebar.sidebar_model import SidebarModel
from studio.ui.panels.status_bar.activity import StatusBar
from studio.ui.style import theme
from studio.ui.views.loupe import Loupe
from studio.ui.views.welcome import ExampleCard, Welcome
from studio.ui.widgets.buttons import Button, CheckBox, IconButton
from studio.ui.widgets.chip import ChipChoice, MenuChip
from studio.ui.widgets.key_test_result import KeyTestResult
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.message_bar import MessageBar, Notice
from studio.ui.widgets.number_controls import Stepper
from studio.ui.widgets.plain_text import restyle
from studio.ui.widgets.popover import Popover
from studio.ui.widgets.search_field import SearchField
from studio.ui.widgets.segmented import Segmented
from studio.ui.widgets.text import ElidedLabel, KeyCap, Paragraph, Tag, Text
from studio.ui.widgets.toast import Toast
from studio.ui.window.grid_bar import GridBar
from studio.ui.window.top_bar import TopBar
from tests.ui.scripted_core import job
from tests.ui.windows import PROMPT, OpenedWindow, make, opened, settle, until

UI = Path(__file__).resolve().parents[3] / "studio" / "ui"
Scene = Callable[[OpenedWindow], Awaitable[QWidget]]


@pytest.fixture(autouse=True)
def still_caret(qapp: QApplication) -> Iterator[None]:
    """The caret does not blink, for pictures are compared."""
    usual = qapp.cursorFlashTime()
    qapp.setCursorFlashTime(0)
    yield
    qapp.setCursorFlashTime(usual)


def switch(choice: theme.Choice) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.install(app, choice)


def shot(widget: QWidget) -> QImage:
    return widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def unlike(one: QImage, other: QImage) -> str:
    """Where two pictures differ; empty where they are the same."""
    if one.size() != other.size():
        return f"{one.size()} and {other.size()}"
    if one == other:
        return ""
    spots = [
        (x, y)
        for y in range(one.height())
        for x in range(one.width())
        if one.pixel(x, y) != other.pixel(x, y)
    ]
    xs, ys = [x for x, _y in spots], [y for _x, y in spots]
    return f"{len(spots)} pixels in {min(xs)}, {min(ys)} to {max(xs)}, {max(ys)}"


def away(widget: QWidget) -> None:
    if isinstance(widget, QDialog):
        widget.reject()
    elif isinstance(widget, Popover):
        widget.close_it()
    else:
        widget.close()


@asynccontextmanager
async def studio(home: Path) -> AsyncIterator[OpenedWindow]:
    async with opened(home) as window:
        pictures = await make(window, f"{PROMPT} in {{fog|rain}}", tiles=2)
        await window.core.library.tag([one.id for one in pictures], add=["kelp"])
        await window.core.library.collections.make("Best")
        await until(window.core, lambda: bool(window.collections_controller.every), "a collection")
        window.gallery.select_keys([pictures[0].row])
        await until(window.core, window.gallery.selected_items, "selected")
        await settle()
        yield window
    switch("dark")


# --- scenes ---------------------------------------------------------------------------------------


def panel(make_it: Callable[[OpenedWindow], QWidget], width: int, height: int = 0) -> Scene:
    """A part of the window, made anew."""

    async def show(window: OpenedWindow) -> QWidget:
        # Not a window itself: one that is active looks otherwise.
        host = QWidget()
        host.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        made = make_it(window)
        made.setParent(host)
        made.resize(width, height or max(24, made.sizeHint().height()))
        made.show()
        host.resize(made.size())
        host.show()
        await settle()
        return host

    return show


def action(name: str) -> Scene:
    """What an action opens."""

    async def show(window: OpenedWindow) -> QWidget:
        return await newly_over(window, window.actions_of.every[name].trigger, name)

    return show


async def newly_over(window: OpenedWindow, do: Callable[[], object], what: str) -> QWidget:
    """What `do` opens over the window, when it is there."""
    before = over(window)
    do()

    def found() -> list[QWidget]:
        return [one for one in over(window) if one not in before]

    await until(window.core, found, what)
    await settle()
    (made,) = found()
    return made


def over(window: OpenedWindow) -> list[QWidget]:
    found = [*QApplication.topLevelWidgets(), *window.findChildren(Popover)]
    return [
        one for one in found
        if one.isVisible() and one is not window
        and one.windowType() is not Qt.WindowType.ToolTip
    ]  # fmt: skip


def opens(do: Callable[[OpenedWindow], object]) -> Scene:
    """A popover or menu that something opens."""

    async def show(window: OpenedWindow) -> QWidget:
        return await newly_over(window, partial(do, window), "popover or menu")

    return show


async def settings(window: OpenedWindow, section: str) -> QWidget:
    made = window.dialogs.open_settings(section, "dgrid" if section == "keys" else "")
    await settle()
    return made


def composer(window: OpenedWindow, *, width: int = 1128) -> QWidget:
    references = tuple(
        Reference(sha256=f"{n:064x}", media_type="image/png", role=role, name=f"picture {n}")
        for n, role in enumerate((Role.EDIT, Role.STYLE, Role.FREE))
    )
    draft = Draft(
        prompt="a {fox|hare} in the snow\n# not sent", references=references, aspect="match",
        profile="google", model="gemini-3-pro-image", count=4, seed=7,
    )  # fmt: skip
    made = Composer(window.core, draft=draft)
    made.card.set_narrow(narrow=width < 1000)
    return made


def StudioErrorOf(title: str) -> Exception:  # noqa: N802 - stands for a class
    from studio.common.errors import InputError

    return InputError(title)


def message_bar(_window: OpenedWindow) -> QWidget:
    made = MessageBar()
    actions = (MessageAction("Change limit"), MessageAction("Generate anyway"))
    made.show_notice(
        Notice(key="x", text="This costs a lot.", tone="warn", icon="coin", actions=actions)
    )
    return made


def toast(_window: OpenedWindow) -> QWidget:
    room = QWidget()
    made = Toast(room)
    room.resize(700, 200)
    # Longer than a busy machine takes for all of this.
    made.show_toast("3 pictures in the trash", MessageAction("Undo"), seconds=3600)
    if made.rising is not None:
        made.rising.setCurrentTime(made.rising.duration())
    return room


def inspector(window: OpenedWindow) -> QWidget:
    made = Inspector(window.core.library, window.core.decoder)
    made.show_pictures([one for one in window.gallery.selected_items() if isinstance(one, Picture)])
    return made


def inspected_job(window: OpenedWindow) -> QWidget:
    made = Inspector(window.core.library, window.core.decoder)
    made.show_job(job("fox", JobState.FAILED))
    return made


def loupe(window: OpenedWindow) -> QWidget:
    return Loupe(window.core.library, window.core.decoder, surround="mat")


def welcome(window: OpenedWindow) -> QWidget:
    return Welcome(window.core, KeyCard(window.core), window)


def verdict(_window: OpenedWindow) -> QWidget:
    made = KeyTestResult()
    made.show_result(
        "bad", "The key is not accepted", "The service said no.", [MessageAction("Try again")]
    )
    return made


def chip(_window: OpenedWindow) -> QWidget:
    made = MenuChip("Model")
    made.set_choices([ChipChoice(value=1, text="gemini", supplement="1024 × 1024", icon="model")])
    made.set_mark("not the one asked for")
    return made


def search(_window: OpenedWindow) -> QWidget:
    made = SearchField("Search", "Ctrl F")
    made.set_tokens([("rating", ">=4"), ("tag", "kelp")])
    made.set_text("fog")
    return made


def key_field(_window: OpenedWindow) -> QWidget:
    made = KeyField()
    made.field.setText("secret")
    return made


async def question(window: OpenedWindow) -> QWidget:
    made = Question("Delete 3 pictures?", parent=window)
    made.open()
    await settle()
    return made


async def start_trouble(_window: OpenedWindow) -> QWidget:
    made = StartErrorDialog(StudioErrorOf("The library cannot be opened"))  # type: ignore[arg-type]
    made.open()
    await settle()
    return made


PANELS: dict[str, Scene] = {
    "top bar": panel(TopBar, 1440),
    "view bar": panel(GridBar, 1100),
    "sidebar": panel(lambda _window: Sidebar(SidebarModel()), 224, 800),
    "rail": panel(lambda _window: Rail(SidebarModel()), 48, 800),
    "status bar": panel(StatusBar, 1440),
    "composer": panel(composer, 1128),
    "narrow composer": panel(partial(composer, width=900), 900),
    "inspector": panel(inspector, 296, 800),
    "inspector of a job": panel(inspected_job, 296, 800),
    "loupe": panel(loupe, 1100, 700),
    "first page": panel(welcome, 1200, 700),
    "message bar": panel(message_bar, 900),
    "toast": panel(toast, 700, 200),
    "key card": panel(lambda window: KeyCard(window.core), 336, 420),
    "verdict": panel(verdict, 336, 90),
    "stepper": panel(lambda _window: Stepper("Count", 1, 8, 3), 78, 30),
    "chip": panel(chip, 200, 30),
    "segments": panel(lambda _w: Segmented([(1, "Grid", "grid"), (2, "Loupe", "loupe")]), 200),
    "search field": panel(search, 400),
    "key field": panel(key_field, 300),
    "button": panel(lambda _window: Button("Save", "primary", icon="save"), 120),
    "icon button": panel(lambda _window: IconButton("close", "Close"), 30),
    "check box": panel(lambda _window: _checked(), 200),
    "label": panel(lambda _window: Text("kelp", "title", "warn"), 200),
    "elided label": panel(lambda _window: ElidedLabel("kelp " * 40, "small", "text3"), 200),
    "paragraph": panel(lambda _window: Paragraph("In {strong}, kept.", strong="Pictures"), 200, 40),
    "key cap": panel(lambda _window: KeyCap("Ctrl F"), 80),
    "tag": panel(lambda _window: Tag("on", "ok"), 40),
    "example": panel(lambda _window: ExampleCard("A lighthouse"), 240, 200),
}


def _checked() -> QWidget:
    made = CheckBox("Ask first")
    made.setChecked(True)
    return made


def _picture_menu(window: OpenedWindow) -> None:
    window.item_actions.on_context_menu(window.gallery.selected_items()[0], QPoint(300, 300))


def _offers(window: OpenedWindow) -> None:
    field = window.top_bar.search.field
    field.setFocus()
    field.setText("is:")
    field.completer().on_edited("is:")  # type: ignore[attr-defined]
    field.completer().complete()


WINDOWS: dict[str, Scene] = {
    **{f"settings, {name}": partial(settings, section=name)
       for name in ("keys", "pictures", "look", "about")},
    **{name: action(name) for name in ("shortcuts", "changes")},
    "question": question,
    "start trouble": start_trouble,
}  # fmt: skip

POPUPS: dict[str, Scene] = {
    "history": action("history"),
    "menu": action("menu"),
    "all ratios": opens(lambda window: window.composer.card.choices.on_panel_wanted()),
    "more choices": opens(lambda window: window.composer.card.choices.on_more()),
    "models": opens(lambda window: window.composer.card.choices.model.showPopup()),
    "picture menu": opens(_picture_menu),
    "offers": opens(_offers),
}

POPOVERS: dict[str, Scene] = {
    **{name: action(name) for name in (
        "palette", "tag", "collect", "new_collection", "go_to_date",
    )},
    "advanced": opens(lambda window: window.composer.card.choices.on_advanced()),
    "queue": opens(lambda window: window.status_bar.on_queue()),
}  # fmt: skip

TOGETHER: dict[str, dict[str, Scene]] = {
    "windows": WINDOWS,
    "popups": POPUPS,
    "popovers": POPOVERS,
}
"""What can be open at the same time."""


class Switched:
    """Pictures of widgets in the theme they were made in, after a switch, and back."""

    def __init__(self) -> None:
        self.shots: dict[str, list[QImage]] = {}

    async def go(
        self,
        made: dict[str, QWidget],
        *choices: theme.Choice,
        focus: Mapping[str, QWidget] = MappingProxyType({}),
    ) -> None:
        """Switch to each theme and look at all of them, each while its widget has the focus."""
        for choice in choices:
            switch(choice)
            await settle()
            for name, widget in made.items():
                if name in focus:
                    focus[name].setFocus()
                self.shots.setdefault(name, []).append(shot(widget))

    def wrong(self, new: Switched) -> dict[str, str]:
        """What is not as it was after the way back, or not as one made in the other theme."""
        found: dict[str, str] = {}
        for name, (first, switched, back) in self.shots.items():
            assert first != switched, f"{name} wears the theme"
            if said := unlike(first, back):
                found[name] = f"back: {said}"
            elif said := unlike(new.shots[name][0], switched):
                found[name] = f"beside a new one: {said}"
        return found


async def test_every_panel_survives_a_switch(tmp_path: Path) -> None:
    """The issue's own: the digit of Count was gone until the next start."""
    async with studio(tmp_path) as window:
        dark, light = Switched(), Switched()
        made_dark = {name: await show(window) for name, show in PANELS.items()}
        await dark.go(made_dark, "dark", "light")
        made_light = {name: await show(window) for name, show in PANELS.items()}
        await light.go(made_light, "light", "dark")
        await dark.go(made_dark, "dark")
        await light.go(made_light, "light")
        for widget in (*made_dark.values(), *made_light.values()):
            away(widget)
            widget.deleteLater()
        assert set(dark.shots) == set(light.shots) == set(PANELS)
        assert (dark.wrong(light), light.wrong(dark)) == ({}, {})


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
async def test_what_lies_over_the_window_survives_a_switch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A switch takes as long for one popover as for all: they stay open beside each other.
    monkeypatch.setattr(Popover, "on_focus_changed", lambda *_told: None)
    async with studio(tmp_path) as window:
        # A model that has all there is to choose.
        window.composer.change_draft(Draft(profile="google", model="gemini-3-pro-image"))
        dark, light = Switched(), Switched()
        # The window opens in the dark theme.
        await look_at(window, dark, "dark", "light", "dark")
        switch("light")
        await look_at(window, light, "light")
        assert set(dark.shots) == set(WINDOWS) | set(POPUPS) | set(POPOVERS)
        assert dark.wrong(light) == {}


async def look_at(window: OpenedWindow, switched: Switched, *choices: theme.Choice) -> None:
    """Open everything that lies over the window, and look at it in each of the themes."""
    for scenes in TOGETHER.values():
        await settle()
        made, focus = dict[str, QWidget](), dict[str, QWidget]()
        for name, show in scenes.items():
            made[name] = await show(window)
            focused = QApplication.focusWidget()
            if scenes is POPOVERS and focused is not None:
                focus[name] = focused
        assert all(one.isVisible() for one in made.values())
        await switched.go(made, *choices, focus=focus)
        for widget in reversed(made.values()):
            away(widget)


@pytest.mark.parametrize("before", ["light", "dark"])
async def test_what_is_beside_another_view_survives_a_switch(
    tmp_path: Path, before: theme.Choice
) -> None:
    """The inspector's first line has another place in the loupe, and is back where it was."""
    after: theme.Choice = "dark" if before == "light" else "light"
    async with studio(tmp_path) as window:
        switch(after)
        await settle()
        wanted = shot(window.inspector)
        switch(before)
        window.actions_of.every["open"].trigger()
        await settle()
        assert window.views.currentWidget() is window.loupe
        window.zones.open_inspector(True)
        switch(after)
        await settle()
        window.actions_of.every["grid"].trigger()
        await settle()
        assert unlike(wanted, shot(window.inspector)) == ""


@pytest.mark.parametrize("between", [True, False], ids=["switched", "not switched"])
def test_a_frame_that_is_styled_anew_has_the_room_of_a_new_one(*, between: bool) -> None:
    def room(frame: QFrame) -> tuple[int, int]:
        frame.ensurePolished()
        inner = frame.contentsRect()
        return frame.height() - inner.height(), frame.width() - inner.width()

    frame, plain, lined = QFrame(), QFrame(), QFrame()
    for one, zone in ((frame, "section"), (plain, "panel"), (lined, "section")):
        one.setProperty("zone", zone)
        one.resize(100, 100)
        one.show()
    switch("dark")
    assert room(plain) != room(lined)
    for zone, other in (("panel", plain), ("section", lined)):
        frame.setProperty("zone", zone)
        restyle(frame)
        if between:
            switch("light")
        assert room(frame) == room(other)
    for one in (frame, plain, lined):
        one.close()
    switch("dark")


def test_no_icon_keeps_the_colour_of_another_theme() -> None:
    """A label's picture is drawn once: `theme().show_icon` draws it again, or its own slot does."""
    drawn_for_now = {"support/drag_and_drop.py", "style/theme.py"}
    for path in UI.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "setPixmap(" in text and path.relative_to(UI).as_posix() not in drawn_for_now:
            assert "theme().changed.connect(" in text, path.name
