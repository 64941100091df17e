"""What the Generate button says: how many pictures, what they should cost, what stands in the way.

Nothing is claimed that is not known: a price without a table is "price ?".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from studio.common.i18n import _, ngettext, number
from studio.domain.budget import Budget

ASKS_FROM = 17
"""A run of that many pictures asks before it is sent."""
REFUSED_FROM = 257
"""A run of that many pictures is not sent at all."""


class ButtonState(StrEnum):
    """How Generate looks."""

    READY = "ready"
    QUIET = "quiet"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteContext:
    """What a quote is made from.

    Attributes:
        variants: prompts that {a|b} makes; 0 when nothing is written.
        count: pictures of each variant.
        sources: pictures that are edited one each, each with every variant; 1 without any.
        each_usd: price of one picture, None when not known.
        threshold: US dollars of one run that ask before sending.
        others: jobs that go first, when the queue is long; else 0.
        budget: where this month stands.
    """

    variants: int
    count: int
    each_usd: float | None
    sources: int = 1
    offline: bool = False
    network: bool = True
    threshold: float = 2.0
    others: int = 0
    budget: Budget = field(default_factory=Budget)

    @property
    def pictures(self) -> int:
        """How many pictures a press asks for."""
        return self.variants * self.count * self.sources

    @property
    def total_usd(self) -> float | None:
        """What they should cost together."""
        return None if self.each_usd is None else self.each_usd * self.pictures

    @property
    def over_limit(self) -> bool:
        """Whether the run costs more than the user wants to pay without being asked."""
        return not self.offline and (self.total_usd or 0.0) > self.threshold

    @property
    def over_by(self) -> float:
        """US dollars by which the run goes past the month's budget; 0 when it fits."""
        return 0.0 if self.offline else self.budget.over_by(self.total_usd)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The words on Generate.

    Attributes:
        title: begins with "Generate", as the accessible name does.
        price: right of the title; empty when there is nothing to say.
        detail: the second line.
        description: what a screen reader adds to the name.
    """

    mood: ButtonState
    title: str
    price: str
    detail: str
    description: str


def quote(now: QuoteContext) -> Quote:
    """Say what a press of Generate does in this situation."""
    if now.pictures == 0:
        return Quote(
            mood=ButtonState.QUIET,
            title=_("Generate"),
            price=_("free") if now.offline else "",
            detail=_("offline sketch") if now.offline else _("write a prompt first"),
            description=_("write a prompt first"),
        )
    title = _("Generate")
    if now.pictures > 1:
        title = _("Generate {n}").format(n=now.pictures)
    count = ngettext("{n} picture", "{n} pictures", now.pictures).format(n=now.pictures)
    if now.offline:
        return Quote(
            mood=ButtonState.READY,
            title=title,
            price=_("free"),
            detail=_after(now) or _("offline sketch"),
            # Translators: {count} is "4 pictures".
            description=_("{count}, free, offline sketch").format(count=count),
        )
    if now.total_usd is None or now.each_usd is None:
        # Translators: {count} is "4 pictures".
        price, description = _("price ?"), _("{count}, price unknown").format(count=count)
        detail = _("unknown price for this model")
    else:
        price = f"≈ {money(now.total_usd)}"
        # Translators: {count} is "4 pictures".
        description = _("{count}, about {price}").format(count=count, price=money(now.total_usd))
        detail = _sum(now, money(now.each_usd, each=True))
    mood = ButtonState.READY
    detail = _after(now) or detail
    if now.over_limit:
        mood, detail = (
            ButtonState.OVER,
            _("asks first, over {limit}").format(limit=money(now.threshold)),
        )
    if now.over_by:
        mood, detail = ButtonState.OVER, _("over by {sum}").format(sum=money(now.over_by))
    if not now.network:
        mood, detail = ButtonState.QUIET, _("waiting for the network")
    if mood is not ButtonState.READY:
        description = f"{description}, {detail}"
    return Quote(mood=mood, title=title, price=price, detail=detail, description=description)


def _sum(now: QuoteContext, each: str) -> str:
    sources = ngettext("{n} source", "{n} sources", now.sources).format(n=now.sources)
    variants = ngettext("{n} variant", "{n} variants", now.variants).format(n=now.variants)
    factors = [
        *([sources] if now.sources > 1 else []),
        *([variants] if now.variants > 1 else []),
        *([str(now.count)] if now.count > 1 else []),
    ]
    if len(factors) < 2:
        factors = [str(now.pictures)]
    return " × ".join([*factors, each])


def _after(now: QuoteContext) -> str:
    if not now.others:
        return ""
    return ngettext("after {n} other", "after {n} others", now.others).format(n=now.others)


def money(usd: float, *, each: bool = False) -> str:
    """US dollars as a person reads them: cents; tenths of a cent for `each` and small sums."""
    if not each and usd >= 0.095:
        return f"${number(usd, 2)}"
    text = number(usd, 3)
    return f"${text.removesuffix('0')}"
