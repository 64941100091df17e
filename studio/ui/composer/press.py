"""What a press of Generate makes of a draft: a run, a question, or a sentence why not."""

from __future__ import annotations

from studio import prompts, runs
from studio.drafts import Draft
from studio.errors import InputError
from studio.models import Model
from studio.ui.composer.quote import ASKS_FROM, REFUSED_FROM, Situation, money
from studio.words import _


def is_blank(prompt: str) -> bool:
    """Whether nothing would be sent: no words, or only lines that are not sent."""
    if not prompt.strip():
        return True
    kept, last = [], 0
    for span in prompts.parse(prompt).comments:
        kept.append(prompt[last : span.start])
        last = span.end
    return not "".join([*kept, prompt[last:]]).strip()


def run_of(sent: Draft, model: Model) -> runs.Run:
    """The run a draft asks for. Raises InputError for one that is empty or far too large."""
    variants = prompts.count(sent.prompt)
    if variants * sent.count >= REFUSED_FROM:
        raise InputError(
            _("This run would make {n} pictures").format(n=f"{variants * sent.count:,}"),
            _("At most {most} are made at once.").format(most=REFUSED_FROM - 1),
            hint=_("Take words out of a {a|b} group, or lower the count."),
        )
    return runs.plan(sent, model, prompts.expand(sent.prompt))


def question(now: Situation) -> str:
    """What to ask before sending; empty when nothing needs to be asked."""
    if now.over:
        return _("This run costs about {price}, over the {limit} you want to be asked at.").format(
            price=money(now.total_usd or 0.0), limit=money(now.threshold)
        )
    if now.pictures >= ASKS_FROM and now.total_usd and not now.offline:
        return _("This run makes {n} pictures, about {price}.").format(
            n=now.pictures, price=money(now.total_usd)
        )
    if now.pictures >= ASKS_FROM:
        return _("This run makes {n} pictures.").format(n=now.pictures)
    return ""


def list_of(prompt: str) -> str:
    """The prompts {a|b} makes, one a line, for the tool tip of Generate; "" for a single one."""
    count = prompts.count(prompt)
    if not 1 < count <= REFUSED_FROM:
        return ""
    lines = [" ".join(text.split()) for text in prompts.expand(prompt)]
    shown = [line if len(line) <= 90 else f"{line[:89]}…" for line in lines[:16]]
    if count > len(shown):
        shown.append(_("and {n} more").format(n=count - len(shown)))
    return "\n".join(shown)
