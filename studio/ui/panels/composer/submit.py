"""Generate: turns a draft into a run, a question to confirm, or an error."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from studio.common.errors import InputError, StudioError
from studio.common.i18n import _, ended, ngettext, number, sentences
from studio.domain import budget as budgets
from studio.domain import pricing, prompt_variants, runs
from studio.domain import sentences as role_sentences
from studio.domain.drafts import MOST_EDITED, Draft
from studio.domain.entities import GenerationRequest, Role
from studio.domain.models import Model, ModelState
from studio.domain.sentences import GuideWords
from studio.ui.panels.composer.quote import ASKS_FROM, REFUSED_FROM, QuoteContext, money
from studio.ui.panels.composer.suggestion import notices
from studio.ui.support import formatting
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.message_bar import Notice

if TYPE_CHECKING:
    from studio.app.core import Core
    from studio.domain.budget import Budget


def situation(
    draft: Draft, sent: Draft, model: Model, core: Core, *, lacks_region: bool = False
) -> QuoteContext:
    """State of the run that Generate would submit now."""
    queue, settings = core.queue, core.settings.value
    long = queue.waiting >= settings.at_once
    return QuoteContext(
        variants=0 if is_empty(draft) else prompt_variants.count(draft.prompt),
        count=draft.count,
        sources=sent.versions,
        marks=sent.marks_sent,
        each_usd=pricing.estimate(model, sent.size if model.sizes else None, sent.advanced),
        search_usd=pricing.search_estimate(model, sent.advanced),
        offline=model.offline,
        threshold=settings.confirm_above,
        others=queue.waiting + queue.running if long else 0,
        budget=core.budget.standing(),
        formats=len(sent.markup.extensions) if sent.sources else 0,
        crops=len(sent.markup.crops) if sent.sources else 0,
        lacks_region=lacks_region,
        conflicts=bool(sent.sources) and sent.markup.conflicts,
    )


def too_many_edited() -> InputError:
    """Error for too many pictures to edit."""
    return InputError(
        _("Too many pictures to edit"),
        _("Edit at most {most} pictures at once. None were added.").format(
            most=number(MOST_EDITED)
        ),
    )


def placeholder(draft: Draft) -> str:
    """Placeholder text of the empty prompt."""
    if not draft.sources:
        return _("What should the picture show?")
    if draft.markup.extensions:
        return _("What should the new part show?")
    return _("What should change?")


def is_empty(draft: Draft) -> bool:
    """Whether there is nothing to generate from: neither a prompt nor markup."""
    return is_blank(draft.prompt) and (not draft.sources or draft.markup.needs_prompt)


def is_blank(prompt: str) -> bool:
    """Whether the prompt is empty apart from comments."""
    if not prompt.strip():
        return True
    kept, last = [], 0
    for span in prompt_variants.parse(prompt).comments:
        kept.append(prompt[last : span.start])
        last = span.end
    return not "".join([*kept, prompt[last:]]).strip()


def run_of(
    sent: Draft,
    model: Model,
    sentences: Mapping[Role, str] = role_sentences.DEFAULTS,
    guide_words: Mapping[GuideWords, str] = role_sentences.GUIDES,
) -> runs.Run:
    """Run for a draft. Raises InputError if it is empty or far too large."""
    pictures = prompt_variants.count(sent.prompt) * sent.count * sent.versions
    if pictures >= REFUSED_FROM:
        raise InputError(
            ngettext(
                "This run would make {n} picture", "This run would make {n} pictures", pictures
            ).format(n=number(pictures)),
            _("The limit per run is {most}.").format(most=number(REFUSED_FROM - 1)),
            hint=_("Remove words from a {a|b} group, or lower the count."),
        )
    texts = prompt_variants.expand(sent.prompt)
    return runs.plan(sent, model, texts, sentences=sentences, guide_words=guide_words)


def first_request(sent: Draft, model: Model, sentences: Mapping[Role, str]) -> GenerationRequest:
    """The first request of the run for a draft, without planning the others.

    Raises InputError as `run_of` does.
    """
    texts = prompt_variants.expand(sent.prompt)
    one = replace(sent, references=sent.sent_together[0], count=1)
    return runs.plan(one, model, texts[:1], sentences=sentences).requests[0]


def question(now: QuoteContext) -> str:
    """Question to ask before submitting; empty if none is needed."""
    if now.over_by:
        return past_budget(now.budget, now.total_usd)
    if now.over_limit:
        return _("This run costs about {price}, above your limit of {limit}.").format(
            price=money(now.total_usd or 0.0), limit=money(now.threshold)
        )
    if now.pictures >= ASKS_FROM and now.total_usd is None and not now.offline:
        return ngettext(
            "This run makes {n} picture of unknown price.",
            "This run makes {n} pictures of unknown price.",
            now.pictures,
        ).format(n=number(now.pictures))
    return ""


def past_budget(now: Budget, run_usd: float | None) -> str:
    """Warning that a run exceeds the monthly budget; empty if it does not."""
    return budgets.question(now, run_usd, formatting.this_month())


def question_notice(
    now: QuoteContext, *, send: Callable[[], object], change_limit: Callable[[], object]
) -> Notice | None:
    """Notice with the question for the composer's own bar; None if none is needed."""
    if not (text := question(now)):
        return None
    limit = MessageAction(_("Change limit"), change_limit)
    anyway = MessageAction(_("Generate anyway"), send)
    actions = (limit, anyway) if now.over_by else (anyway,)
    return Notice(key="ask", text=text, tone="warn", icon="coin", actions=actions)


PAUSE = 1.0
"""Minimum seconds between two presses for the second to confirm; a faster one counts as an
accident.
"""


class PendingQuestion:
    """The pending question, and whether another press of Generate confirms it.

    Attributes:
        sent: the draft to be submitted; None without a question.
        clock: monotonic time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.sent: Draft | None = None
        self._question: Notice | None = None
        self._pressed = 0.0

    def set_question(self, sent: Draft, question: Notice) -> None:
        """Set the question about a draft to be submitted."""
        self.sent, self._question, self._pressed = sent, question, self.clock()

    def clear_question(self) -> None:
        self.sent = self._question = None

    def stands(self, sent: Draft, question: Notice) -> bool:
        """Whether this question about this draft is pending."""
        return (self.sent, self._question) == (sent, question)

    def confirms(self) -> bool:
        """Whether a press confirms: at least `PAUSE` after the previous one."""
        before, self._pressed = self._pressed, self.clock()
        return self._pressed - before >= PAUSE


def list_of(prompt: str) -> str:
    """Prompts that {a|b} expands to, one per line, for the tool tip of Generate; "" for one."""
    count = prompt_variants.count(prompt)
    if not 1 < count <= REFUSED_FROM:
        return ""
    lines = [" ".join(text.split()) for text in prompt_variants.expand(prompt)]
    shown = [line if len(line) <= 90 else f"{line[:89]}…" for line in lines[:16]]
    if count > len(shown):
        shown.append(_("and {n} more").format(n=number(count - len(shown))))
    return "\n".join(shown)


def warning(draft: Draft, model: Model) -> Notice | None:
    """Warning about a model that may be switched off, and choices it may not support."""
    about = [f"{model.name_in_text}: {model.note}"] if model.state is ModelState.RETIRED else []
    about += notices(draft, model)
    if not about:
        return None
    return Notice(key="retired", text=sentences(*about), tone="warn", icon="warning")


def limited(taken: int, given: int, most: int) -> Notice:
    """Notice that not all pictures were added; 0 for `most` means too many were unreadable."""
    words = ngettext("Added {taken} of {given}.", "Added {taken} of {given}.", taken)
    text = words.format(taken=number(taken), given=number(given))
    if most:
        why = _("The limit per prompt is {most} references.").format(most=number(most))
    else:
        why = _("The first ones are unreadable; the others were not tried.")
    text = sentences(text, why)
    return Notice(key="too many", text=text, tone="warn", icon="warning")


_TOLD = 4
"""Maximum number of errors shown in full, so that the bar does not outgrow the window."""


def trouble(*errors: StudioError) -> Notice:
    """Notice for the errors of one action; of many, the first ones in full."""
    told = [_sentences(error) for error in errors[:_TOLD]]
    if left := len(errors) - len(told):
        told.append(_("(and {n} more)").format(n=number(left)))
    return Notice(key="error", text=sentences(*told), tone="bad")


def _sentences(error: StudioError) -> str:
    parts = (error.title, error.message, error.hint)
    return sentences(*map(ended, parts))
