"""Pressing Generate: a run, a question, or a sentence; never blocked."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.domain.drafts import MATCH, Draft
from studio.domain.entities import AspectRatio, JobState, Reference, Role
from studio.ui.panels.composer.submit import is_blank
from studio.ui.support.drop_contents import DropContents
from tests.ui.answers import answer
from tests.ui.scripted_core import until

PRO = Draft(profile="google", model="gemini-3-pro-image", size="2K", prompt="a fox")
CTRL = Qt.KeyboardModifier.ControlModifier


async def test_ctrl_enter_sends_what_is_written(composer, collected) -> None:
    runs = collected(composer.generate)
    composer.set_draft(replace(PRO, prompt="{red|blue} fox", count=2, seed=5, aspect="16:9"))
    QTest.keyClick(composer.card.editor, Qt.Key.Key_Return, CTRL)
    (run,) = runs
    assert [r.prompt for r in run.requests] == ["red fox", "red fox", "blue fox", "blue fox"]
    assert [r.seed for r in run.requests] == [5, 6, 5, 6]
    assert {r.aspect for r in run.requests} == {AspectRatio(16, 9)}
    assert composer.draft().prompt == "{red|blue} fox"
    assert composer.card.editor.text() == "{red|blue} fox"


async def test_the_button_sends_too_and_each_press_is_a_run(composer, collected) -> None:
    runs = collected(composer.generate)
    composer.set_draft(PRO)
    for _press in range(2):
        QTest.mouseClick(composer.card.generate, Qt.MouseButton.LeftButton)
    assert len(runs) == 2
    assert runs[0].id != runs[1].id


@pytest.mark.parametrize("prompt", ["", "  \n", "# only a note"])
async def test_with_nothing_written_a_press_moves_the_caret_into_the_prompt(
    composer, collected, prompt
) -> None:
    runs = collected(composer.generate)
    composer.set_draft(replace(PRO, prompt=prompt))
    assert is_blank(prompt)
    generate = composer.card.generate
    assert generate.isEnabled()
    assert generate.quote.detail == "write a prompt first"
    composer.activateWindow()
    QTest.mouseClick(generate, Qt.MouseButton.LeftButton)
    assert runs == []
    assert composer.focusWidget() is composer.card.editor


async def test_what_the_model_does_not_take_is_not_sent(composer, collected) -> None:
    runs = collected(composer.generate)
    composer.set_draft(replace(PRO, size="9K", aspect="5:1"))
    composer.generate_now()
    model = composer.model()
    assert runs[0].requests[0].size in model.sizes
    assert str(runs[0].requests[0].aspect) in model.aspects


async def test_match_leaves_the_ratio_to_the_input(composer, collected) -> None:
    runs = collected(composer.generate)
    source = Reference(sha256="1", media_type="image/png", role=Role.EDIT)
    composer.set_draft(replace(PRO, references=(source,), aspect=MATCH))
    composer.generate_now()
    assert runs[0].requests[0].aspect is None
    assert runs[0].requests[0].edited == source


async def test_free_runs_never_ask(composer, collected) -> None:
    runs = collected(composer.generate)
    for prompt, count, pictures in (("{a|b|c}", 6, 18), ("{a|b|c|d}" * 3, 4, 256)):
        composer.set_draft(Draft(prompt=prompt, count=count))
        composer.generate_now()
        assert len(runs[-1].requests) == pictures
        assert composer.bar.notice is None


async def test_many_pictures_within_the_limit_do_not_ask(composer, core, collected) -> None:
    runs = collected(composer.generate)
    core.settings.change(confirm_above=100.0)
    composer.set_draft(replace(PRO, prompt="{a|b|c}", count=8))
    composer.generate_now()
    assert len(runs[0].requests) == 24


async def test_more_than_sixteen_pictures_of_unknown_price_ask_first(composer, collected) -> None:
    runs = collected(composer.generate)
    unknown = replace(PRO, model="acme-image-9", prompt="{a|b}", size="1K")
    composer.set_draft(replace(unknown, count=8))
    composer.generate_now()
    assert len(runs.pop().requests) == 16
    composer.set_draft(replace(unknown, prompt="{a|b|c}", count=6))
    composer.generate_now()
    assert runs == []
    assert composer.bar.notice.text == "This run makes 18 pictures of unknown price."
    answer(composer.bar, "Generate anyway")
    assert len(runs[0].requests) == 18
    assert composer.bar.notice is None


async def test_a_dear_run_asks_and_a_second_press_sends(composer, collected) -> None:
    now = [0.0]
    composer.question.clock = lambda: now[0]
    runs = collected(composer.generate)
    composer.set_draft(replace(PRO, prompt="{a|b|c}", count=8))
    assert composer.card.generate.quote.mood == "over"
    composer.generate_now()
    assert runs == []
    assert "above your limit of" in composer.bar.notice.text
    now[0] = 1.0
    composer.generate_now()
    assert len(runs) == 1


async def test_a_changed_draft_asks_anew(composer, collected) -> None:
    runs = collected(composer.generate)
    composer.set_draft(replace(PRO, prompt="{a|b|c}", count=8))
    composer.generate_now()
    composer.on_count_chosen(7)
    assert composer.bar.notice is None
    composer.generate_now()
    assert runs == []


async def test_more_than_256_pictures_are_refused_in_words(composer, collected) -> None:
    runs = collected(composer.generate)
    four = "{a|b|c|d}"
    composer.set_draft(Draft(prompt=four * 3, count=8))
    composer.generate_now()
    composer.generate_now()
    assert runs == []
    assert "512 pictures" in composer.bar.notice.text
    assert composer.draft().prompt == four * 3


async def test_without_a_key_a_press_asks_for_it(composer, core, collected) -> None:
    runs, wanted = collected(composer.generate), collected(composer.wants_key)
    core.keys.having.clear()
    composer.set_draft(PRO)
    composer.generate_now()
    assert (runs, wanted) == ([], ["google"])
    assert composer.draft().prompt == "a fox"


async def test_a_press_waits_for_a_picture_that_is_still_copied(
    composer, core, heard, collected
) -> None:
    core.library.gate = asyncio.Event()
    composer.set_draft(PRO)
    composer.add_contents(DropContents(paths=(Path("/tmp/x.png"),)), Role.EDIT)
    runs = collected(composer.generate)
    composer.generate_now()
    assert runs == []
    core.library.gate.set()
    run = await heard(composer.generate)
    assert run.requests[0].edited.name == "x"


async def test_a_long_queue_is_said(composer, core) -> None:
    from studio.domain.entities import GenerationRequest, Job
    from studio.domain.events import JobChanged

    composer.set_draft(PRO)
    core.queue.running, core.queue.waiting = 3, 6
    request = GenerationRequest(profile="google", model="m", prompt="x")
    job = Job(id="j", run="r", request=request, created=0.0, state=JobState.QUEUED)
    core.events.publish(JobChanged(job))
    await until(lambda: composer.card.generate.quote.detail == "after 9 others")


async def test_hovering_lists_the_prompts(composer) -> None:
    composer.set_draft(replace(PRO, prompt="{red|blue} fox"))
    assert composer.card.generate.toolTip() == "red fox\nblue fox"
    composer.set_draft(PRO)
    assert composer.card.generate.toolTip() == ""
