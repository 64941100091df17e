"""Undo over whole drafts."""

from __future__ import annotations

from dataclasses import replace

from studio.domain.drafts import Draft
from studio.ui.panels.composer.draft import STEPS_KEPT, UndoStack


def typed(steps: UndoStack, text: str) -> None:
    for end in range(1, len(text) + 1):
        steps.type(replace(steps.draft, prompt=text[:end]))


def test_a_word_is_one_step_of_undo() -> None:
    steps = UndoStack(Draft())
    typed(steps, "red fox")
    assert steps.undo() == Draft(prompt="red ")
    assert steps.undo() == Draft()
    assert steps.undo() is None


def test_a_pause_ends_a_step() -> None:
    steps = UndoStack(Draft())
    steps.type(Draft(prompt="a"))
    steps.seal()
    steps.type(Draft(prompt="ab"))
    assert steps.undo() == Draft(prompt="a")


def test_other_changes_are_steps_of_their_own() -> None:
    steps = UndoStack(Draft())
    steps.push_draft(Draft(size="2K"))
    steps.push_draft(Draft(size="2K", count=3))
    assert steps.undo() == Draft(size="2K")


def test_turning_a_stepper_is_one_step() -> None:
    steps = UndoStack(Draft())
    for count in (2, 3, 4):
        steps.push_draft(Draft(count=count), run="count")
    assert steps.undo() == Draft()
    assert steps.redo() == Draft(count=4)


def test_a_change_after_undo_forgets_what_was_undone() -> None:
    steps = UndoStack(Draft())
    steps.push_draft(Draft(count=2))
    steps.undo()
    steps.push_draft(Draft(count=5))
    assert not steps.can_redo
    assert steps.undo() == Draft()


def test_the_same_draft_is_no_step() -> None:
    steps = UndoStack(Draft())
    assert not steps.push_draft(Draft())
    assert not steps.can_undo


def test_the_oldest_steps_are_let_go() -> None:
    steps = UndoStack(Draft())
    for number in range(STEPS_KEPT + 50):
        steps.push_draft(Draft(prompt=str(number)))
    undone = 0
    while steps.undo() is not None:
        undone += 1
    assert undone == STEPS_KEPT - 1
