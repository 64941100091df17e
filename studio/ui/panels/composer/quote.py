"""Text of the Generate button: number of pictures, price, and obstacles.

An unknown price is shown as "price ?", never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from studio.common.i18n import _, ngettext, number
from studio.domain.budget import Budget

ASKS_FROM = 17
"""Pictures from which a run of unknown price needs a confirmation."""
REFUSED_FROM = 257
"""Pictures from which a run is refused."""


class ButtonState(StrEnum):
    """Appearance of Generate."""

    READY = "ready"
    QUIET = "quiet"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteContext:
    """Input of a quote.

    Attributes:
        variants: prompts that {a|b} expands to; 0 for an empty prompt.
        count: pictures per variant.
        sources: pictures edited separately, each with every variant; 1 without any.
        each_usd: price of one picture with its searches, None if unknown.
        search_usd: the part of it for searches; how many there are is up to the model.
        threshold: US dollars above which a run needs a confirmation.
        others: jobs ahead in a long queue; else 0.
        budget: the state of this month's budget.
    """

    variants: int
    count: int
    each_usd: float | None
    sources: int = 1
    search_usd: float = 0.0
    offline: bool = False
    threshold: float = 2.0
    others: int = 0
    budget: Budget = field(default_factory=Budget)

    @property
    def pictures(self) -> int:
        """Number of pictures of the run."""
        return self.variants * self.count * self.sources

    @property
    def total_usd(self) -> float | None:
        """Price of the run; None if unknown."""
        return None if self.each_usd is None else self.each_usd * self.pictures

    @property
    def over_limit(self) -> bool:
        """Whether the run costs more than the user's confirmation threshold."""
        return not self.offline and (self.total_usd or 0.0) > self.threshold

    @property
    def over_by(self) -> float:
        """US dollars by which the run exceeds the monthly budget; 0 if it fits."""
        return 0.0 if self.offline else self.budget.over_by(self.total_usd)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Text on Generate.

    Attributes:
        title: starts with "Generate", like the accessible name.
        price: right of the title; may be empty.
        detail: the second line.
        description: accessible description.
    """

    mood: ButtonState
    title: str
    price: str
    detail: str
    description: str


def quote(now: QuoteContext) -> Quote:
    """Describe the result of a press of Generate."""
    if now.pictures == 0:
        return Quote(
            mood=ButtonState.QUIET,
            title=_("Generate"),
            price=_("free") if now.offline else "",
            detail=_("write a prompt first"),
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
        if now.search_usd:
            # Translators: {words} is such as "4 × $0.05", or "4 pictures, about $0.20".
            searching = _("{words}, with search")
            description = searching.format(words=description)
            detail = searching.format(words=detail)
    mood = ButtonState.READY
    detail = _after(now) or detail
    if now.over_limit:
        mood, detail = (
            ButtonState.OVER,
            _("asks first, over {limit}").format(limit=money(now.threshold)),
        )
    if now.over_by:
        mood, detail = ButtonState.OVER, _("over by {sum}").format(sum=money(now.over_by))
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
    """US dollars in cents, or in tenths of a cent for `each` and small sums."""
    if not each and usd >= 0.095:
        return f"${number(usd, 2)}"
    text = number(usd, 3)
    return f"${text.removesuffix('0')}"
