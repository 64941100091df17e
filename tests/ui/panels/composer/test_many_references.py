"""Many pictures at once: up to the limit of a prompt, in linear time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from studio.domain.drafts import MOST_AT_ONCE, Draft
from studio.domain.entities import Reference, Role
from studio.domain.models import Model
from studio.ui.panels.composer import draft as drafting
from studio.ui.panels.composer.composer import Composer
from studio.ui.panels.composer.slot import Slot
from studio.ui.panels.composer.slots import MOST_SLOTS
from studio.ui.support import drop_contents
from studio.ui.support.drop_contents import pictures_in
from studio.ui.widgets.menu import Menu
from tests.ui.scripted_library import settle

MANY = 1_000
COPY, LEFT, NONE = (
    Qt.DropAction.CopyAction,
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.NoModifier,
)


def files(number: int = MANY) -> QMimeData:
    made = QMimeData()
    made.setUrls([QUrl.fromLocalFile(f"/many/{n:04}.png") for n in range(number)])
    return made


def own(number: int = MANY) -> QMimeData:
    made = QMimeData()
    made.setData(drop_contents.IDS, "\n".join(f"p{n}" for n in range(number)).encode())
    return made


def reference(number: int, role: Role = Role.FREE) -> Reference:
    return Reference(sha256=f"{number:064x}", media_type="image/png", role=role, name=f"n{number}")


def dropped(composer: Composer, mime: QMimeData) -> None:
    target = composer.card.target
    composer.show_drop_target(True)
    at = QPoint(target.width() - 20, 10)
    QApplication.sendEvent(target, QDragEnterEvent(at, COPY, mime, LEFT, NONE))
    QApplication.sendEvent(target, QDropEvent(QPointF(at), COPY, mime, LEFT, NONE))


WAYS: dict[str, Callable[[Composer], object]] = {
    "dropped on the card": lambda composer: dropped(composer, files()),
    "dropped elsewhere": lambda composer: composer.add_contents(pictures_in(files())),
    "dragged from the gallery": lambda composer: composer.add_contents(pictures_in(own())),
    "pasted": lambda composer: composer.card.editor.things_given.emit(files()),
    "chosen": lambda composer: composer.references.on_picked(
        [f"/many/{n}.png" for n in range(MANY)]
    ),
    "opened with": lambda composer: composer.add_references(
        [Path(f"/many/{n}.png") for n in range(MANY)]
    ),
}


@pytest.mark.parametrize("way", WAYS)
async def test_as_many_are_taken_as_a_prompt_takes_and_that_is_said(
    composer, core, picture, way: str
) -> None:
    core.library.known = {f"p{n}": picture(f"p{n}", f"t{n}") for n in range(MANY)}
    WAYS[way](composer)
    await settle()
    assert len(composer.draft().references) == MOST_AT_ONCE
    assert len(core.library.kept) == MOST_AT_ONCE
    said = "Added 16 of 1,000. The limit per prompt is 16 references."
    assert composer.bar.notice.text == said


async def test_what_is_there_already_counts_and_a_full_row_says_so(composer, core) -> None:
    composer.set_draft(Draft(references=tuple(reference(n) for n in range(14))))
    composer.add_contents(pictures_in(files(5)))
    await settle()
    assert len(composer.draft().references) == MOST_AT_ONCE
    assert composer.bar.notice.text.startswith("Added 2 of 5.")
    composer.add_contents(pictures_in(files(3)))
    await settle()
    assert len(composer.draft().references) == MOST_AT_ONCE
    assert composer.bar.notice.text.startswith("Added 0 of 3.")


async def test_two_drops_at_once_do_not_take_the_same_room(composer) -> None:
    composer.add_contents(pictures_in(files(10)))
    made = QMimeData()
    made.setUrls([QUrl.fromLocalFile(f"/other/{n}.png") for n in range(10)])
    composer.add_contents(pictures_in(made))
    await settle()
    assert len(composer.draft().references) == MOST_AT_ONCE
    assert composer.bar.notice.text.startswith("Added 6 of 10.")


async def test_a_source_and_what_is_replaced_need_no_room(composer) -> None:
    composer.set_draft(Draft(references=tuple(reference(n) for n in range(MOST_AT_ONCE))))
    composer.add_contents(pictures_in(files(1)), Role.EDIT)
    await settle()
    assert len(composer.draft().sources) == 1
    assert len(composer.draft().references) == MOST_AT_ONCE + 1
    composer.card.slots.replaced.emit(3, pictures_in(files(2)))
    await settle()
    assert len(composer.draft().references) == MOST_AT_ONCE + 1
    assert composer.bar.notice.text.startswith("Added 1 of 2.") or (
        composer.bar.notice.text.startswith("Added 1 of 2.")
    )


async def test_a_thousand_broken_files_are_not_all_tried(composer, core) -> None:
    core.library.broken = {f"{n:04}" for n in range(MANY)}
    composer.add_contents(pictures_in(files()))
    await settle()
    assert composer.draft().references == ()
    assert composer.bar.notice.text == (
        "Added 0 of 1,000. The first ones are unreadable; the others were not tried."
    )


async def test_a_broken_file_leaves_its_room_to_the_next(composer, core) -> None:
    core.library.broken = {"0000", "0003"}
    composer.add_contents(pictures_in(files(MOST_AT_ONCE + 2)))
    await settle()
    assert len(composer.draft().references) == MOST_AT_ONCE


async def test_editing_a_thousand_is_refused_with_what_was_taken(composer, picture) -> None:
    composer.edit_many([picture(f"p{n}", "x") for n in range(MANY)])
    assert "Edit at most 64 pictures at once. None were added." in composer.bar.notice.text
    assert composer.draft().references == ()


# --- drafts that have more than is taken today ----------------------------------------------------


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often what costs something for each reference is done."""
    calls: Counter[str] = Counter()

    def count(of: type, name: str) -> None:
        own = getattr(of, name)

        def counting(self: object, *args: object, **more: object) -> object:
            calls[f"{of.__name__}.{name}"] += 1
            return own(self, *args, **more)

        monkeypatch.setattr(of, name, counting)

    for name in ("sizeHint", "show_reference", "__init__"):
        count(Slot, name)
    count(Composer, "_show")
    return calls


async def test_a_draft_of_earlier_with_a_thousand_opens_unchanged(
    core, look, counted: Counter[str]
) -> None:
    """The issue's own: the work was cubic, and the window stood still for good."""
    old = Draft(prompt="kept", references=tuple(reference(n) for n in range(MANY)))
    made = Composer(core, draft=old)
    made.resize(1128, 300)
    made.show()
    await settle()
    assert made.draft() == old
    assert counted["Slot.__init__"] == MOST_SLOTS
    assert counted["Slot.sizeHint"] < 200 * MOST_SLOTS
    assert counted["Composer._show"] < 10
    before = counted.copy()
    made.set_prompt("other")
    made.undo()
    made.redo()
    await settle()
    assert len(made.draft().references) == MANY
    assert counted["Composer._show"] - before["Composer._show"] == 3
    assert "more references" in made.card.slots.overflow.accessibleName()
    made.card.slots.on_overflow()
    menus = made.card.slots.findChildren(Menu)
    assert len(menus) <= 66
    for menu in menus:
        menu.close()
    made.close()
    made.deleteLater()


async def test_work_grows_no_faster_than_the_references(core, look, counted: Counter[str]) -> None:
    found = []
    for number in (MOST_SLOTS, 4 * MOST_SLOTS, 16 * MOST_SLOTS):
        counted.clear()
        made = Composer(core, draft=Draft(references=tuple(map(reference, range(number)))))
        made.resize(1128, 300)
        made.show()
        await settle()
        found.append(dict(counted))
        made.close()
        made.deleteLater()
    assert found[0]["Slot.sizeHint"] > 0
    assert found[1] == found[2], "what is shown is all that costs"


def test_adding_compares_each_reference_once() -> None:
    compared = Counter[str]()

    class Watched(str):
        __slots__ = ()

        def __eq__(self, other: object) -> bool:
            compared["eq"] += 1
            return str.__eq__(self, other)

        def __hash__(self) -> int:
            return str.__hash__(self)

    many = [replace(reference(n), sha256=Watched(f"{n:064x}")) for n in range(MANY)]
    draft = drafting.with_references(Draft(), many)
    assert len(draft.references) == MANY
    draft = drafting.with_references(draft, [*many[:10], reference(MANY), reference(MANY)])
    assert len(draft.references) == MANY + 1
    assert compared["eq"] < 5 * MANY


async def test_a_model_that_takes_more_gets_more(composer, core, monkeypatch) -> None:
    own: Model = core.catalogue.find("google", "gemini-3-pro-image")
    monkeypatch.setattr(core.catalogue, "find", lambda *_which: replace(own, references=40))
    composer.add_contents(pictures_in(files(50)))
    await settle()
    assert len(composer.draft().references) == 40
    assert composer.bar.notice.text == "Added 40 of 50. The limit per prompt is 40 references."
