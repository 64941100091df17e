"""Every widget survives a switch of the theme: what it said stands where a new one would say it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from studio.domain.drafts import Draft
from studio.domain.entities import JobState, Picture, Reference, Role
from studio.ui.dialogs.question import Question
from studio.ui.dialogs.start_error import StartTrouble
from studio.ui.panels.composer.composer import Composer
from studio.ui.panels.inspector import Inspector
from studio.ui.panels.key_card import KeyCard
from studio.ui.panels.sidebar.rail import Rail
from studio.ui.panels.sidebar.sidebar import Sidebar
from studio.ui.panels.status_bar.activity import StatusBar
from studio.ui.style import theme
from studio.ui.support import tasks
from studio.ui.views.example_card import ExampleCard
from studio.ui.views.loupe import Loupe
from studio.ui.views.welcome import Welcome
from studio.ui.widgets import (
    Button,
    CheckBox,
    Choice,
    ElidedLabel,
    IconButton,
    KeyCap,
    MenuChip,
    MessageBar,
    Notice,
    SearchField,
    Segmented,
    Stepper,
    Tag,
    Text,
    Toast,
)
from studio.ui.widgets.key_field import KeyField
from studio.ui.widgets.key_test_result import Verdict
from studio.ui.widgets.paragraph import Paragraph
from studio.ui.widgets.popover import Popover
from studio.ui.window.grid_bar import GridBar
from studio.ui.window.main_window import StudioWindow
from studio.ui.window.top_bar import TopBar
from tests.ui.scripted_core import job
from tests.ui.windows import PROMPT, make, opened, until

UI = Path(__file__).resolve().parents[3] / "studio" / "ui"
SETTLED = 0.05
"""Seconds a step may need until its coroutines are over; what waits for a dialog goes on."""

Scene = Callable[[StudioWindow], Awaitable[QWidget]]


def switch(choice: theme.Choice) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.install(app, choice)


async def settle() -> None:
    """Let what was started come to its end, and everything be laid out and painted."""
    for _turn in range(2):
        if running := tasks.running():
            await asyncio.wait(running, timeout=SETTLED)
        await asyncio.sleep(0)
        QApplication.sendPostedEvents()


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
async def studio(home: Path) -> AsyncIterator[StudioWindow]:
    QApplication.setCursorFlashTime(0)
    async with opened(home) as window:
        pictures = await make(window, f"{PROMPT} in {{fog|rain}}", tiles=2)
        await window.core.library.tag([one.id for one in pictures], add=["kelp"])
        await window.core.library.collections.make("Best")
        await until(window.core, lambda: bool(window.shelving.every), "a collection")
        window.gallery.select_keys([pictures[0].row])
        await until(window.core, window.gallery.selected_items, "selected")
        await settle()
        yield window
    switch("dark")


# --- scenes ---------------------------------------------------------------------------------------


def panel(make_it: Callable[[StudioWindow], QWidget], width: int, height: int = 0) -> Scene:
    """A part of the window, made anew."""

    async def show(window: StudioWindow) -> QWidget:
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

    async def show(window: StudioWindow) -> QWidget:
        before = set(map(id, over(window)))
        window.actions_of.every[name].trigger()
        await until(
            window.core, lambda: [one for one in over(window) if id(one) not in before], name
        )
        await settle()
        return next(one for one in over(window) if id(one) not in before)

    return show


def over(window: StudioWindow) -> list[QWidget]:
    found = [*QApplication.topLevelWidgets(), *window.findChildren(Popover)]
    return [
        one for one in found
        if one.isVisible() and one is not window
        and one.windowType() is not Qt.WindowType.ToolTip
    ]  # fmt: skip


def opens(do: Callable[[StudioWindow], object]) -> Scene:
    """A popover or menu that something opens."""

    async def show(window: StudioWindow) -> QWidget:
        before = set(map(id, over(window)))
        do(window)
        await settle()
        return next(one for one in over(window) if id(one) not in before)

    return show


async def settings(window: StudioWindow, section: str) -> QWidget:
    made = window.dialogs.open_settings(section, "dgrid" if section == "keys" else "")
    await settle()
    return made


def composer(window: StudioWindow, *, width: int = 1128) -> QWidget:
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


def message_bar(_window: StudioWindow) -> QWidget:
    made = MessageBar()
    actions = (("a", "Change limit"), ("b", "Generate anyway"))
    made.show_notice(
        Notice(key="x", text="This costs a lot.", tone="warn", icon="coin", actions=actions)
    )
    return made


def toast(_window: StudioWindow) -> QWidget:
    room = QWidget()
    made = Toast(room)
    room.resize(700, 200)
    made.show_toast("3 pictures in the trash")
    if made._rise is not None:
        made._rise.setCurrentTime(made._rise.duration())
    return room


def inspector(window: StudioWindow) -> QWidget:
    made = Inspector(window.core.library, window.core.decoder)
    made.show_pictures([one for one in window.gallery.selected_items() if isinstance(one, Picture)])
    return made


def inspected_job(window: StudioWindow) -> QWidget:
    made = Inspector(window.core.library, window.core.decoder)
    made.show_job(job("fox", JobState.FAILED))
    return made


def loupe(window: StudioWindow) -> QWidget:
    return Loupe(window.core.library, window.core.decoder, surround="mat")


def welcome(window: StudioWindow) -> QWidget:
    return Welcome(window.core, KeyCard(window.core), window)


def verdict(_window: StudioWindow) -> QWidget:
    made = Verdict()
    made.say("bad", "The key is not accepted", "The service said no.", [("x", "Try again")])
    return made


def chip(_window: StudioWindow) -> QWidget:
    made = MenuChip("Model")
    made.set_choices([Choice(value=1, text="gemini", supplement="1024 × 1024", icon="model")])
    made.set_mark("not the one asked for")
    return made


def search(_window: StudioWindow) -> QWidget:
    made = SearchField("Search", "Ctrl F")
    made.set_tokens([("rating", ">=4"), ("tag", "kelp")])
    made.set_text("fog")
    return made


def key_field(_window: StudioWindow) -> QWidget:
    made = KeyField()
    made.field.setText("secret")
    return made


async def question(window: StudioWindow) -> QWidget:
    made = Question("Delete 3 pictures?", parent=window)
    made.open()
    await settle()
    return made


async def start_trouble(_window: StudioWindow) -> QWidget:
    made = StartTrouble(StudioErrorOf("The library cannot be opened"))  # type: ignore[arg-type]
    made.open()
    await settle()
    return made


PANELS: dict[str, Scene] = {
    "top bar": panel(TopBar, 1440),
    "view bar": panel(GridBar, 1100),
    "sidebar": panel(Sidebar, 224, 800),
    "rail": panel(Rail, 48, 800),
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


PARTS = 3


def _checked() -> QWidget:
    made = CheckBox("Ask first")
    made.setChecked(True)
    return made


def _advanced(window: StudioWindow) -> None:
    window.composer.take(Draft(profile="google", model="gemini-3-pro-image"))
    window.composer.card.choices.on_advanced()


def _picture_menu(window: StudioWindow) -> None:
    window.offers.on_context_menu(window.gallery.selected_items()[0], QPoint(300, 300))


def _offers(window: StudioWindow) -> None:
    field = window.top_bar.search.field
    field.setFocus()
    field.setText("is:")
    field.completer().on_edited("is:")  # type: ignore[attr-defined]
    field.completer().complete()


DIALOGS: dict[str, Scene] = {
    **{f"settings, {name}": partial(settings, section=name)
       for name in ("keys", "pictures", "look", "about")},
    **{name: action(name) for name in (
        "shortcuts", "changes", "palette", "tag", "collect", "new_collection", "go_to_date",
        "history", "menu",
    )},
    "question": question,
    "start trouble": start_trouble,
    "all ratios": opens(lambda window: window.composer.card.choices.on_panel_wanted()),
    "advanced": opens(_advanced),
    "more choices": opens(lambda window: window.composer.card.choices.on_more()),
    "models": opens(lambda window: window.composer.card.choices.model.showPopup()),
    "queue": opens(lambda window: window.status_bar.on_queue()),
    "picture menu": opens(_picture_menu),
    "offers": opens(_offers),
}  # fmt: skip


class Switched:
    """Pictures of widgets in one theme, after a switch, and back."""

    def __init__(self, before: theme.Choice) -> None:
        self.before = before
        self.after: theme.Choice = "dark" if before == "light" else "light"
        self.shots: dict[str, list[QImage]] = {}
        self.new: dict[str, QImage] = {}

    async def go(self, made: dict[str, QWidget]) -> None:
        """There and back again."""
        for choice in (self.before, self.after, self.before):
            switch(choice)
            await settle()
            for name, widget in made.items():
                self.shots.setdefault(name, []).append(shot(widget))

    def wrong(self) -> dict[str, str]:
        """What is not as it was after the way back, or not as a new widget after a switch."""
        found: dict[str, str] = {}
        for name, (first, switched, back) in self.shots.items():
            assert first != switched, f"{name} wears the theme"
            if said := unlike(first, back):
                found[name] = f"back: {said}"
            elif said := unlike(self.new[name], switched):
                found[name] = f"beside a new one: {said}"
        return found


@pytest.mark.parametrize("before", ["light", "dark"])
@pytest.mark.parametrize("part", range(PARTS))
async def test_every_panel_survives_a_switch(
    tmp_path: Path, part: int, before: theme.Choice
) -> None:
    """The issue's own: the digit of Count was gone until the next start."""
    async with studio(tmp_path) as window:
        switched = Switched(before)
        scenes = {name: PANELS[name] for name in sorted(PANELS)[part::PARTS]}
        switch(before)
        made = {name: await show(window) for name, show in scenes.items()}
        await settle()
        await switched.go(made)
        for widget in made.values():
            away(widget)
            widget.deleteLater()
        switch(switched.after)
        await settle()
        made = {name: await show(window) for name, show in scenes.items()}
        await settle()
        switched.new = {name: shot(widget) for name, widget in made.items()}
        for widget in made.values():
            away(widget)
            widget.deleteLater()
        await settle()
        assert switched.wrong() == {}


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
@pytest.mark.parametrize("name", DIALOGS)
async def test_what_lies_over_the_window_survives_a_switch(tmp_path: Path, name: str) -> None:
    async with studio(tmp_path) as window:
        # The window opens in the dark theme.
        switched = Switched("dark")
        made = await DIALOGS[name](window)
        await switched.go({name: made})
        away(made)
        switch(switched.after)
        await settle()
        made = await DIALOGS[name](window)
        switched.new = {name: shot(made)}
        away(made)
        await settle()
        assert switched.wrong() == {}


def test_no_icon_keeps_the_colour_of_another_theme() -> None:
    """A label's picture is drawn once: `theme().show_icon` draws it again, or its own slot does."""
    drawn_for_now = {"support/drag_and_drop.py", "style/theme.py"}
    for path in UI.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "setPixmap(" in text and path.relative_to(UI).as_posix() not in drawn_for_now:
            assert "theme().changed.connect(" in text, path.name
