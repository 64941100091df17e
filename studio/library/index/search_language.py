"""Parser for the search field: words, phrases and tokens.

The language: words match the beginning of words (`light har` finds "Harbour light"), "quoted words"
are a phrase, a minus before anything excludes it, and tokens filter by facts:

    rating:>=4  rating:2..4  model:NAME  aspect:16:9  size:2K  tag:NAME  in:COLLECTION
    before:2026-11  after:yesterday  on:2026-11-03  is:picked  cost:>0.1  ref:ID
    branch:NAME  drift:<5%

Values separated by commas are alternatives (`tag:harbour,kelp`). Invalid input stays in the field,
filters nothing, and is explained in a sentence; a colon after an unknown word is plain text.
"""

from __future__ import annotations

import datetime as dt
import re
import time
import unicodedata
from collections.abc import Callable

from msgspec import Struct

from studio.common.i18n import _, listed
from studio.domain.entities import AspectRatio

STATES = (
    "picked", "rejected", "rated", "failed", "cancelled", "draft", "late", "unseen", "edited",
    "imported", "offline", "missing", "answer",
)  # fmt: skip
"""Values of `is:`."""

_SPLIT = re.compile(r'-?[^\s":]+:(?:"[^"]*"?|[^\s"])*|-?"[^"]*"?\*?|\S+')
_NAME = re.compile(r'"([^"]*)"?(\*?)|([^,"]+)')
_NUMBER = re.compile(r"(>=|<=|>|<|=)?\s*\$?(\d+(?:\.\d+)?)")
_RANGE = re.compile(r"\$?(\d+(?:\.\d+)?)\.\.\$?(\d+(?:\.\d+)?)")
_SIGNS = "+<=>|~^`$"
"""Keyboard symbols that Unicode does not classify as punctuation."""

_PIXELS = re.compile(r"(\d{1,5})[x×](\d{1,5})")
_AGO = re.compile(r"(\d{1,4})([dwmy])")
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}

SIZES = ("512", "1K", "2K", "4K")
"""Size tiers, from small to large."""


class SearchPhrase(Struct, frozen=True):
    """Words that must occur in this order.

    Attributes:
        begins: the last one is a prefix.
        without: exclude pictures that contain them.
    """

    text: str
    begins: bool = True
    without: bool = False


class SearchFilter(Struct, frozen=True, kw_only=True):
    """A parsed token.

    Attributes:
        key: "rating", "cost", "created", "tier", "pixels", "model", "aspect", "tag", "in", "is",
            "ref", "branch", "drift" (a share).
        low, high: a number is at least `low` and below `high`; None for no bound. Dates are in
            seconds since 1970.
        values: names, any of which matches.
        without: exclude pictures that match.
        written: key and value as typed.
    """

    key: str
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()
    without: bool = False
    written: tuple[str, str] = ("", "")


class ParsedSearch(Struct, frozen=True, kw_only=True):
    """Words, phrases and tokens of a search, and problems with those not understood.

    Attributes:
        troubles: a sentence for each token that was not understood.
    """

    words: tuple[SearchPhrase, ...] = ()
    facts: tuple[SearchFilter, ...] = ()
    troubles: tuple[str, ...] = ()

    def wants(self, state: str) -> bool:
        """Whether there is a token for a state, such as "failed"."""
        return any(f.key == "is" and state in f.values and not f.without for f in self.facts)


class _NotUnderstoodError(ValueError):
    """A token with an invalid value; its text is the sentence for the user."""


def understand(text: str, now: float | None = None) -> ParsedSearch:
    """Parse a search. Never raises; `now` is the time that `today` and `7d` refer to."""
    moment = time.time() if now is None else now
    words: list[SearchPhrase] = []
    facts: list[SearchFilter] = []
    troubles: list[str] = []
    for part in _SPLIT.findall(text):
        without = part.startswith("-") and part.strip("-") != ""
        plain = part[1:] if without else part
        key, colon, value = plain.partition(":")
        read = _READERS.get(key.casefold()) if colon else None
        if read is None:
            if (found := _words(plain, without=without)) is not None:
                words.append(found)
            continue
        bare = value.replace('"', "").strip(" ,")
        if not bare:
            # The value has not been typed yet.
            continue
        try:
            fact = read(value if read in _NAMED else bare, moment)
        except _NotUnderstoodError as error:
            troubles.append(str(error))
        else:
            facts.append(
                SearchFilter(
                    key=fact.key,
                    low=fact.low,
                    high=fact.high,
                    values=fact.values,
                    without=without,
                    written=(("-" if without else "") + key.casefold(), bare),
                )
            )
    return ParsedSearch(words=_counting(words), facts=tuple(facts), troubles=tuple(troubles))


def _words(text: str, *, without: bool) -> SearchPhrase | None:
    quoted = text.startswith('"')
    begins = text.endswith("*") or not quoted
    plain = text.strip('"*').strip()
    # A minus alone: its word has not been typed yet.
    return SearchPhrase(plain, begins, without) if plain not in ("", "-") else None


def _counting(words: list[SearchPhrase]) -> tuple[SearchPhrase, ...]:
    """The phrases with more than punctuation; if there are none, all phrases."""
    counting = [phrase for phrase in words if not _is_punctuation(phrase.text)]
    return tuple(counting or words)


def _is_punctuation(text: str) -> bool:
    return all(unicodedata.category(sign)[0] in "PZC" or sign in _SIGNS for sign in text)


def parts(text: str) -> list[str]:
    """Tokens, phrases and words of the text, split as `understand` does."""
    return _SPLIT.findall(text)


def is_token(part: str) -> bool:
    """Whether a part is a complete token, such as `rating:>=4`."""
    key, colon, value = part.removeprefix("-").partition(":")
    return bool(colon and value.strip('", ')) and key.casefold() in _READERS


# Values


def _numbers(key: str, value: str) -> SearchFilter:
    if between := _RANGE.fullmatch(value):
        low, high = float(between[1]), float(between[2])
        return SearchFilter(key=key, low=low, high=_after(high))
    found = _NUMBER.fullmatch(value)
    if found is None:
        raise ValueError(value)
    number = float(found[2])
    match found[1]:
        case ">=":
            return SearchFilter(key=key, low=number)
        case ">":
            return SearchFilter(key=key, low=_after(number))
        case "<":
            return SearchFilter(key=key, high=number)
        case "<=":
            return SearchFilter(key=key, high=_after(number))
        case _:
            return SearchFilter(key=key, low=number, high=_after(number))


def _after(number: float) -> float:
    """The smallest number that counts as larger; money is compared to six decimal places."""
    return round(number + 1e-7, 7)


def _rating(value: str, _now: float) -> SearchFilter:
    try:
        return _numbers("rating", value)
    except ValueError:
        raise _NotUnderstoodError(
            _("A rating is a number from 0 to 5, such as rating:>=4.")
        ) from None


def _cost(value: str, _now: float) -> SearchFilter:
    if value.casefold() == "unknown":
        return SearchFilter(key="cost", values=("unknown",))
    try:
        return _numbers("cost", value)
    except ValueError:
        raise _NotUnderstoodError(
            _("A cost is a number in USD, such as cost:>0.1, or cost:unknown.")
        ) from None


def _drift(value: str, _now: float) -> SearchFilter:
    if value.casefold() == "unknown":
        return SearchFilter(key="drift", values=("unknown",))
    try:
        found = _numbers("drift", value.replace("%", ""))
    except ValueError:
        raise _NotUnderstoodError(
            _("Drift is a percentage of changed pixels, such as drift:<5%, or drift:unknown.")
        ) from None
    low, high = (None if bound is None else bound / 100 for bound in (found.low, found.high))
    return SearchFilter(key="drift", low=low, high=high)


def _size(value: str, _now: float) -> SearchFilter:
    if pixels := _PIXELS.fullmatch(value):
        return SearchFilter(key="pixels", values=(f"{int(pixels[1])}x{int(pixels[2])}",))
    sign = re.match(r">=|<=|>|<|=|", value)
    tiers = value[sign.end() if sign else 0 :].upper().split(",")
    if any(one not in SIZES for one in tiers):
        raise _NotUnderstoodError(
            _("A size is 512, 1K, 2K or 4K, or in pixels, such as size:1024x1536.")
        )
    at = float(SIZES.index(tiers[0]))
    match sign.group() if sign else "":
        case ">=":
            return SearchFilter(key="tier", low=at)
        case ">":
            return SearchFilter(key="tier", low=at + 1)
        case "<":
            return SearchFilter(key="tier", high=at)
        case "<=":
            return SearchFilter(key="tier", high=at + 1)
        case _:
            return SearchFilter(key="tier", values=tuple(str(SIZES.index(one)) for one in tiers))


def _aspect(value: str, _now: float) -> SearchFilter:
    names = {"square": "1:1"}
    found = []
    for one in value.casefold().split(","):
        if one in ("wide", "tall"):
            found.append(one)
            continue
        try:
            ratio = AspectRatio.parse(names.get(one, one))
        except ValueError:
            raise _NotUnderstoodError(
                _("Write an aspect ratio such as aspect:16:9, or wide, tall or square.")
            ) from None
        found.append(str(ratio))
    return SearchFilter(key="aspect", values=tuple(found))


def _is(value: str, _now: float) -> SearchFilter:
    wanted = value.casefold()
    if wanted not in STATES:
        raise _NotUnderstoodError(
            _("Unknown filter is:{word}. Available: {words}.").format(
                word=value, words=listed(STATES)
            )
        )
    return SearchFilter(key="is", values=(wanted,))


def _named(key: str) -> Callable[[str, float], SearchFilter]:
    def read(value: str, _now: float) -> SearchFilter:
        found = [(a + b or c).strip() for a, b, c in _NAME.findall(value)]
        return SearchFilter(key=key, values=tuple(one for one in found if one))

    return read


def _before(value: str, now: float) -> SearchFilter:
    return SearchFilter(key="created", high=_period(value, now)[0])


def _since(value: str, now: float) -> SearchFilter:
    return SearchFilter(key="created", low=_period(value, now)[0])


def _on(value: str, now: float) -> SearchFilter:
    first, last = _period(value, now)
    return SearchFilter(key="created", low=first, high=last)


def _period(value: str, now: float) -> tuple[float, float]:
    """Beginning and end of a day, month or year in local time, in seconds since 1970."""
    word = value.casefold()
    today = dt.date(*time.localtime(now)[:3])
    day = dt.timedelta(days=1)
    if word in ("today", "yesterday"):
        first = today if word == "today" else today - day
        return _midnight(first), _midnight(first + day)
    try:
        if ago := _AGO.fullmatch(word):
            first = today - int(ago[1]) * _DAYS[ago[2]] * day
            return _midnight(first), _midnight(first + day)
        numbers = [int(one) for one in word.replace("/", "-").split("-")]
        year = numbers[0]
        if len(numbers) == 1:
            return _midnight(dt.date(year, 1, 1)), _midnight(dt.date(year + 1, 1, 1))
        first = dt.date(year, numbers[1], numbers[2] if len(numbers) > 2 else 1)
        if len(numbers) > 3:
            raise ValueError(value)
        last = first + day if len(numbers) == 3 else (first + 32 * day).replace(day=1)
        return _midnight(first), _midnight(last)
    except (ValueError, OverflowError, IndexError):
        raise _NotUnderstoodError(
            _("Write a date such as 2026-11-03, 2026-11, today, yesterday or 7d.")
        ) from None


def _midnight(day: dt.date) -> float:
    return time.mktime((day.year, day.month, day.day, 0, 0, 0, 0, 0, -1))


_READERS: dict[str, Callable[[str, float], SearchFilter]] = {
    "rating": _rating,
    "cost": _cost,
    "size": _size,
    "aspect": _aspect,
    "is": _is,
    "model": _named("model"),
    "tag": _named("tag"),
    "in": _named("in"),
    "ref": _named("ref"),
    "branch": _named("branch"),
    "drift": _drift,
    "before": _before,
    "after": _since,
    "on": _on,
}

_NAMED = tuple(_READERS[key] for key in ("model", "tag", "in", "ref", "branch"))

KEYS = tuple(_READERS)
"""Every key of a token."""
