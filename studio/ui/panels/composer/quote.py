"""Text of the Generate button: number of pictures, price, and obstacles.

An unknown price is shown as "price ?", never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from studio.common.i18n import _, dollars, listed, ngettext, number
from studio.domain.budget import Budget

ASKS_FROM = 17
"""Number of pictures from which on a run of unknown price needs a confirmation."""
REFUSED_FROM = 257
"""Number of pictures from which on a run is refused."""


class ButtonState(StrEnum):
    """Appearance of Generate."""

    READY = "ready"
    QUIET = "quiet"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteContext:
    """Input of a quote.

    Attributes:
        variants: prompts that {a|b} expands to; 0 without anything to send.
        count: pictures per variant.
        sources: pictures edited separately, each with every variant; 1 without any.
        marks: marks that are sent with each request.
        each_usd: price of one picture with its searches, None if unknown.
        search_usd: its share for searches, whose number is up to the model.
        threshold: US dollars above which a run needs a confirmation.
        others: jobs ahead in a long queue; else 0.
        budget: the state of this month's budget.
        lacks_region: whether a region must be painted before anything is sent.
        formats: frames that the model extends the picture to, already counted in `sources`.
        crops: frames that are cut out of the picture here, free.
        lacks_format: whether a picture is reframed without a ticked format.
        conflicts: whether a picture has both a region and frames, which are not sent together.
    """

    variants: int
    count: int
    each_usd: float | None
    sources: int = 1
    marks: int = 0
    search_usd: float = 0.0
    offline: bool = False
    threshold: float = 2.0
    others: int = 0
    budget: Budget = field(default_factory=Budget)
    lacks_region: bool = False
    formats: int = 0
    crops: int = 0
    lacks_format: bool = False
    conflicts: bool = False

    @property
    def only_crops(self) -> bool:
        """Whether nothing is sent."""
        return self.crops > 0 and self.sources == 0

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
    """Describe the effect of pressing Generate."""
    if now.lacks_format:
        return _nothing(_("tick a format"))
    if now.only_crops:
        return _crops(now.crops)
    if first := _obstacle(now):
        return Quote(
            mood=ButtonState.QUIET,
            title=_("Generate"),
            price=_("free") if now.offline else "",
            detail=first,
            description=first,
        )
    title = _("Generate")
    if now.pictures > 1:
        title = _("Generate {n}").format(n=number(now.pictures))
    count = ngettext("{n} picture", "{n} pictures", now.pictures).format(n=number(now.pictures))
    marked = _with_marks(now, count)
    crops = ""
    if now.crops:
        crops = ngettext("{n} free crop", "{n} free crops", now.crops).format(n=number(now.crops))
    if now.offline:
        return Quote(
            mood=ButtonState.READY,
            title=title,
            price=_("free"),
            detail=_after(now) or (marked if now.marks else _("offline sketch")),
            description=_beside(
                # Translators: {count} is "4 pictures".
                _("{count}, free, offline sketch").format(count=marked),
                crops,
            ),
        )
    if now.total_usd is None or now.each_usd is None:
        # Translators: {count} is "4 pictures".
        price, description = _("price ?"), _("{count}, price unknown").format(count=marked)
        detail = _("unknown price for this model")
    else:
        price = f"≈ {money(now.total_usd)}"
        # Translators: {count} is "4 pictures".
        description = _("{count}, about {price}").format(count=marked, price=money(now.total_usd))
        detail = _sum(now, money(now.each_usd, each=True))
        if now.marks:
            detail = marked if now.pictures == 1 else _with_marks(now, detail)
        if now.search_usd:
            # Translators: {words} is such as "4 × $0.05", or "4 pictures, about $0.20".
            searching = _("{words}, with search")
            description = searching.format(words=description)
            detail = searching.format(words=detail)
    mood = ButtonState.READY
    detail = _after(now) or detail
    description = _beside(description, crops)
    if now.over_limit:
        mood, detail = (
            ButtonState.OVER,
            _("asks first, over {limit}").format(limit=money(now.threshold)),
        )
    if now.over_by:
        mood, detail = ButtonState.OVER, _("over by {sum}").format(sum=money(now.over_by))
    if mood is not ButtonState.READY:
        description = listed((description, detail))
    return Quote(mood=mood, title=title, price=price, detail=detail, description=description)


def _obstacle(now: QuoteContext) -> str:
    """Step required before anything can be sent; "" for none."""
    if now.conflicts:
        return _("remove region or frames")
    if now.pictures == 0:
        return _("write a prompt first")
    return _("paint a region first") if now.lacks_region else ""


def _nothing(why: str) -> Quote:
    """Quote for a button that does nothing yet; the compact composer shows the reason too."""
    return Quote(mood=ButtonState.QUIET, title=_("Generate"), price=why, detail="", description=why)


def _crops(n: int) -> Quote:
    """Quote for crops alone, for which nothing is sent."""
    title = ngettext("Crop", "Crop {n}", n).format(n=number(n))
    words = ngettext("{n} crop, free, nothing is sent", "{n} crops, free, nothing is sent", n)
    return Quote(
        mood=ButtonState.READY,
        title=title,
        price=_("free"),
        detail=_("nothing is sent"),
        description=words.format(n=number(n)),
    )


def _beside(description: str, crops: str) -> str:
    """Append the crops, if any, to the description of what is generated."""
    if not crops:
        return description
    # Translators: {count} is such as "3 pictures, about $0.40", {crops} such as "1 free crop".
    return _("{count}, and {crops}").format(count=description, crops=crops)


def _with_marks(now: QuoteContext, words: str) -> str:
    if not now.marks:
        return words
    # Translators: {marks} is "3 marks", {words} is "1 picture" or "4 × $0.13".
    return _("{marks}, {words}").format(marks=marks_words(now.marks), words=words)


def marks_words(n: int) -> str:
    """Number of marks in words: "3 marks"."""
    return ngettext("{n} mark", "{n} marks", n).format(n=number(n))


def _sum(now: QuoteContext, each: str) -> str:
    sources = ngettext("{n} source", "{n} sources", now.sources).format(n=number(now.sources))
    if now.formats:
        sources = ngettext("{n} format", "{n} formats", now.formats).format(n=number(now.formats))
    variants = ngettext("{n} variant", "{n} variants", now.variants).format(n=number(now.variants))
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
    return ngettext("after {n} other", "after {n} others", now.others).format(n=number(now.others))


def money(usd: float, *, each: bool = False) -> str:
    """US dollars in cents, or in tenths of a cent for `each` and small sums."""
    if not each and usd >= 0.095:
        return dollars(usd)
    return dollars(usd, 3, least=2)
