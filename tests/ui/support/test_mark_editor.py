"""Marks while they are edited: undo and redo against a list of values, numbers, selection."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.domain.markup import MARK_COLOURS, MOST_MARKS, Mark, MarkKind, Markup, Point
from studio.ui.support.mark_editor import MarkEditor
from studio.ui.support.markup_editor import MarkupHistory


def mark(n: int = 0, **changes: object) -> Mark:
    """A pin whose place tells it from others."""
    made = Mark(kind=MarkKind.PIN, points=(Point(n / 100, 0.5),), sentence=f"sentence {n}")
    return replace(made, **changes)  # type: ignore[arg-type]


def sentences(editor: MarkEditor) -> list[str]:
    return [one.sentence for one in editor.marks]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ("add", "remove", "move", "change", "hide", "clean", "clear", "undo", "redo", "type")
        ),
        st.integers(0, 6),
        st.integers(0, 6),
    ),
    max_size=40,
)


@settings(max_examples=200, deadline=None)
@given(STEPS)
def test_undo_and_redo_are_those_of_a_list_of_values(steps: list[tuple[str, int, int]]) -> None:
    editor = MarkEditor()
    kept: list[Markup] = [Markup()]
    at = 0
    told: list[Markup] = []
    editor.edited.connect(lambda markup, _run: told.append(markup))
    for number, (name, one, other) in enumerate(steps):
        n = len(editor.marks)
        if name == "undo":
            editor.undo()
            at = max(0, at - 1)
        elif name == "redo":
            editor.redo()
            at = min(len(kept) - 1, at + 1)
        else:
            if name == "add":
                editor.add(mark(number))
            elif name == "clean":
                editor.set_send_clean(send=not editor.markup.send_clean)
            elif name == "clear":
                editor.clear_marks()
            elif not n:
                continue
            elif name == "remove":
                editor.remove(one % n)
            elif name == "move":
                editor.move(one % n, other % n)
            elif name == "change":
                editor.change(one % n, mark(number))
            elif name == "hide":
                editor.set_hidden(one % n, hidden=not editor.marks[one % n].hidden)
            else:
                editor.write(one % n, f"letters {number}")
                editor.seal()
            if editor.markup != kept[at]:
                del kept[at + 1 :]
                kept.append(editor.markup)
                at += 1
        assert editor.markup == kept[at]
        assert editor.can_undo is (at > 0)
        assert editor.can_redo is (at < len(kept) - 1)
        assert not told or told[-1] == editor.markup
        assert editor.selected is None or 0 <= editor.selected < len(editor.marks)


def test_the_letters_of_a_sentence_are_one_step() -> None:
    editor = MarkEditor()
    editor.add(mark(1, sentence=""))
    for end in range(1, 5):
        editor.write(0, "boat"[:end])
    editor.seal()
    editor.write(0, "boats")
    editor.undo()
    assert sentences(editor) == ["boat"]
    editor.undo()
    assert sentences(editor) == [""]
    editor.undo()
    assert editor.marks == ()


def test_a_change_made_elsewhere_is_followed_and_keeps_the_steps_it_leads_to() -> None:
    editor = MarkEditor()
    editor.add(mark(1))
    editor.add(mark(2))
    told: list[object] = []
    editor.edited.connect(lambda markup, _run: told.append(markup))
    editor.follow_markup(Markup(marks=(mark(1),)))  # the composer's own undo
    assert (editor.can_undo, editor.can_redo) == (True, True)
    editor.follow_markup(Markup(marks=(mark(7),)))  # another draft
    assert (editor.can_undo, editor.can_redo) == (False, False)
    assert told == []


def test_another_picture_starts_without_a_step() -> None:
    editor = MarkEditor()
    editor.add(mark(1))
    editor.open_markup(Markup(marks=(mark(2), mark(3))))
    assert (editor.can_undo, editor.selected) == (False, None)
    editor.undo()
    assert sentences(editor) == ["sentence 2", "sentence 3"]


def test_later_marks_move_up_and_the_selected_one_stays_selected() -> None:
    editor = MarkEditor()
    for n in range(4):
        editor.add(mark(n))
    editor.select(2)
    seen = [editor.selected]
    editor.remove(0)
    seen.append(editor.selected)
    assert editor.marks[1] == mark(2)
    editor.remove(1)
    seen.append(editor.selected)
    editor.move(1, 0)
    seen.append(editor.selected)
    assert seen == [2, 1, None, 0]
    assert sentences(editor) == ["sentence 3", "sentence 1"]


def test_undo_selects_the_mark_it_brings_back() -> None:
    editor = MarkEditor()
    for n in range(3):
        editor.add(mark(n))
    editor.remove(1)
    editor.undo()
    assert editor.selected == 1


@pytest.mark.parametrize("way", [1, -1])
def test_tab_goes_through_all_marks_and_then_out(way: int) -> None:
    editor = MarkEditor()
    for n in range(3):
        editor.add(mark(n))
    editor.select(None)
    seen = []
    while editor.select_next(way):
        seen.append(editor.selected)
    assert seen == [0, 1, 2][::way]
    assert editor.selected is None


def test_there_are_never_more_marks_than_a_draft_may_have() -> None:
    editor = MarkEditor()
    editor.open_markup(Markup(marks=tuple(mark(n) for n in range(MOST_MARKS))))
    assert not editor.add(mark(0))
    assert len(editor.marks) == MOST_MARKS


def test_old_steps_are_let_go() -> None:
    history = MarkupHistory(Markup())
    for n in range(300):
        history.push(Markup(marks=(mark(n, colour=MARK_COLOURS[1]),)))
    count = 0
    while history.can_undo:
        history.undo()
        count += 1
    assert count == 199
