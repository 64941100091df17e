"""Parser for informal dates: "2026-11", "23 Nov", "yesterday", "3.11.2026". No widgets."""

from __future__ import annotations

import datetime as dt
import re
import time
from dataclasses import dataclass

from studio.common.i18n import _
from studio.ui.support import formatting

_ENGLISH = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
_WRITTEN = re.compile(r"(\d{4})(?:[-./](\d{1,2})(?:[-./](\d{1,2}))?)?")
_DAY = re.compile(r"(\d{1,2})([-./])(\d{1,2})[-./](\d{4})")
_MONTH = re.compile(r"(\d{1,2})[-./](\d{4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatePeriod:
    """A day, month or year of the local calendar; unspecified parts are 0."""

    year: int
    month: int = 0
    day: int = 0

    @property
    def start(self) -> float:
        """Its first moment, in seconds since 1970."""
        return _moment(self.year, self.month or 1, self.day or 1)

    @property
    def end(self) -> float:
        """The first moment after it, in seconds since 1970."""
        if self.day:
            return _moment(self.year, self.month, self.day + 1)
        if self.month:
            return _moment(self.year, self.month + 1, 1)
        return _moment(self.year + 1, 1, 1)

    def words(self) -> str:
        """Text such as "23 November 2026"."""
        if not self.month:
            return str(self.year)
        month = formatting.month_name(self.month, in_date=bool(self.day))
        if not self.day:
            return _("{month} {year}").format(month=month, year=self.year)
        return _("{day} {month} {year}").format(day=self.day, month=month, year=self.year)


def day_of(moment: float) -> DatePeriod:
    """Day of a time in seconds since 1970."""
    day = time.localtime(moment)
    return DatePeriod(year=day.tm_year, month=day.tm_mon, day=day.tm_mday)


def understand(
    text: str, *, now: float | None = None, month_first: bool = False
) -> DatePeriod | None:
    """Period for a text; None if it is not a date.

    A month without a year is its latest occurrence. `month_first`: the month comes first in dates
    with slashes.
    """
    words = " ".join(text.casefold().replace(",", " ").split())
    clock = time.localtime(now)
    today = dt.date(clock.tm_year, clock.tm_mon, clock.tm_mday)
    if not words:
        return None
    for names, back in ((("today", _("today")), 0), (("yesterday", _("yesterday")), 1)):
        if words in {name.casefold() for name in names}:
            return _on(today - dt.timedelta(days=back))
    if found := _WRITTEN.fullmatch(words):
        return _checked(*(int(part or 0) for part in found.groups()))
    if found := _DAY.fullmatch(words):
        first, sign, second, year = found.groups()
        day, month = int(first), int(second)
        if (sign == "/" and month_first and day <= 12) or month > 12:
            day, month = month, day
        return _checked(int(year), month, day)
    if found := _MONTH.fullmatch(words):
        return _checked(int(found[2]), int(found[1]))
    return _by_name(words.replace(".", " ").split(), today)


def _by_name(words: list[str], today: dt.date) -> DatePeriod | None:
    """Period for a month's name, with an optional day or year."""
    month = year = day = 0
    for word in words:
        if word.isdecimal() and len(word) == 4 and not year:
            year = int(word)
        elif word.isdecimal() and len(word) <= 2 and not day:
            day = int(word)
        elif not month and (named := _month(word)):
            month = named
        else:
            return None
    if not month:
        return None
    if not year:
        year = today.year - ((month, day) > (today.month, today.day if day else 0))
        if not day and month == today.month:
            year = today.year
    return _checked(year, month, day)


def _month(word: str) -> int:
    """Number of the month whose name starts with `word`, in the user's language or English.

    0 for none or several.
    """
    numbers = range(1, 13)
    alone = [formatting.month_name(number).casefold() for number in numbers]
    dated = [formatting.month_name(number, in_date=True).casefold() for number in numbers]
    for names in (alone, dated, _ENGLISH):
        if word in names:
            return names.index(word) + 1
        found = [number for number, name in enumerate(names, 1) if name.startswith(word)]
        if len(found) == 1 and len(word) >= 3:
            return found[0]
    return 0


def _checked(year: int, month: int = 0, day: int = 0) -> DatePeriod | None:
    try:
        dt.date(year, month or 1, day or 1)
    except ValueError:
        return None
    if not 1970 <= year <= 2200:
        return None
    return DatePeriod(year=year, month=month, day=day)


def _on(day: dt.date) -> DatePeriod:
    return DatePeriod(year=day.year, month=day.month, day=day.day)


def _moment(year: int, month: int, day: int) -> float:
    # Clock changes may lie in between: let the system determine daylight saving for that day.
    return time.mktime((year, month, day, 0, 0, 0, 0, 0, -1))
