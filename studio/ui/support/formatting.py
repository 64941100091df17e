"""Formats for money, bytes, seconds, dates and pixels, in one place for consistency.

Month names, times of day and number formats are Qt's for the language of the program, and for the
user's country if it speaks that language: `use_program_language` sets them at the start.
"""

from __future__ import annotations

import math
import time
from datetime import date, datetime, timedelta

from PySide6.QtCore import QLocale, Qt, QTime

from studio.common import i18n
from studio.common.i18n import _, dollars, left_to_right, ngettext, number
from studio.common.number_format import PLACE, NumberFormat
from studio.domain.aspect_ratios import named_ratio
from studio.domain.entities import AspectRatio, CostBasis, Picture
from studio.domain.spend import Outlay

_HOUSE = "en_GB"
"""English locale for a system in another language: "14:06", not "2:06 PM"."""


def use_program_language() -> None:
    """Format numbers, dates and times in the language of the program, in Qt too.

    The system's formats are used if they are for this language, such as Swiss ones for German.
    """
    system, code = QLocale.system(), i18n.language()
    locale = QLocale(_HOUSE if code == "en" else code)
    if system.language() == locale.language():
        locale = system
    QLocale.setDefault(locale)
    i18n.use_numbers(number_format(locale))


def number_format(locale: QLocale) -> NumberFormat:
    """Separators, digits and signs with which Qt writes a locale's numbers."""
    group, one = locale.groupSeparator(), locale.toString(1)
    groups = locale.toString(1_234_567_890).split(group) if group else []
    grouped = (digits for digits in range(4, 7) if group in locale.toString(10 ** (digits - 1)))
    zero = locale.zeroDigit()
    return NumberFormat(
        decimal=locale.decimalPoint(),
        group=group if len(groups) > 1 else "",
        first_group=len(groups[-1]) if groups else 3,
        next_groups=len(groups[-2]) if len(groups) > 1 else 3,
        least_grouped=next(grouped, 4),
        digits="".join(chr(ord(zero) + n) for n in range(10)),
        dollars=locale.toCurrencyString(1.0, "$", 0).replace(one, PLACE),
        right_to_left=locale.textDirection() is Qt.LayoutDirection.RightToLeft,
    )


def _locale() -> QLocale:
    return QLocale()


def clock_time(moment: datetime) -> str:
    """Time of day in the locale's format: "14:06" or "2:06 PM"."""
    return _locale().toString(QTime(moment.hour, moment.minute), QLocale.FormatType.ShortFormat)


def money(usd: float, *, fine: bool = False) -> str:
    """US dollars with two decimals: "$14.90".

    `fine` is for the price of one picture and keeps a third decimal if needed: "$0.134".
    """
    if usd < 0:
        return "−" + money(-usd, fine=fine)
    if fine and usd < 1:
        if 0 < usd < 0.0005:
            # Two significant digits.
            return dollars(usd, 1 - math.floor(math.log10(usd)), least=2)
        return dollars(usd, 3, least=2)
    if 0 < usd < 0.005:
        # Translators: {price} is one cent.
        return _("< {price}").format(price=dollars(0.01))
    return dollars(usd)


def about(usd: float, *, fine: bool = False) -> str:
    """Estimated money, never taken from a bill: "≈ $14.90"; zero is $0.00."""
    text = money(usd, fine=fine)
    return f"≈ {text}" if usd and not text.startswith("<") else text


def cost(usd: float | None, basis: CostBasis) -> tuple[str, str]:
    """Cost of a picture and its source: ("≈ $0.134", "from usage")."""
    if usd is None or basis is CostBasis.UNKNOWN:
        return _("unknown"), ""
    source = _("from usage") if basis is CostBasis.USAGE else _("from the price list")
    return about(usd, fine=True), source if usd else ""


def megabytes(size: int) -> str:
    """File size in the decimal units of file managers: "6.1 MB", "820 KB"."""
    if size < 1000:
        return _("{size} bytes").format(size=number(size))
    if size < 999_500:
        return _("{size} KB").format(size=number(size / 1000))
    if size < 999_500_000:
        return _("{size} MB").format(size=number(size / 1e6, 1))
    return _("{size} GB").format(size=number(size / 1e9, 1))


def duration(seconds: float) -> str:
    """Duration: "11.8 s", "1 min 24 s"."""
    if seconds < 59.95:
        return _("{seconds} s").format(seconds=number(max(0.0, seconds), 1))
    whole = round(seconds)
    return _("{minutes} min {seconds} s").format(
        minutes=number(whole // 60), seconds=number(whole % 60)
    )


def clock(seconds: float) -> str:
    """Running timer: "0:14", "12:03", "1:00:07"."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    if hours:
        return f"{hours}:{rest // 60:02}:{rest % 60:02}"
    return f"{rest // 60}:{rest % 60:02}"


def when(stamp: float, *, now: float | None = None) -> str:
    """Local date and time: "Today 14:06", "Yesterday 9:12", "21 Nov 14:06", "3 Mar 2024"."""
    moment = datetime.fromtimestamp(stamp).astimezone()
    today = datetime.fromtimestamp(time.time() if now is None else now).astimezone().date()
    at = clock_time(moment)
    if moment.date() == today:
        return _("Today {time}").format(time=at)
    if moment.date() == today - timedelta(days=1):
        return _("Yesterday {time}").format(time=at)
    if moment.year == today.year:
        return _("{day} {month} {time}").format(
            day=moment.day, month=short_month(moment.month), time=at
        )
    return _("{day} {month} {year}").format(
        day=moment.day, month=short_month(moment.month), year=moment.year
    )


def moment(stamp: float, *, now: float | None = None) -> str:
    """Time within a sentence: "14:06" for today; for other days as `when` gives it."""
    day, here = (
        datetime.fromtimestamp(each).astimezone()
        for each in (stamp, time.time() if now is None else now)
    )
    return clock_time(day) if day.date() == here.date() else when(stamp, now=now)


def date_of_search(words: str, *, today: date | None = None) -> str:
    """Date of a search word: "2026-11-16" as "16 Nov", with the year if it is another one.

    Anything else, such as "yesterday" and "2026-11", stays as it was typed.
    """
    try:
        day = date.fromisoformat(words)
    except ValueError:
        return words
    if day.isoformat() != words:
        return words  # another form, which a search does not know
    if day.year != (today or datetime.now().astimezone().date()).year:
        return _("{day} {month} {year}").format(
            day=day.day, month=short_month(day.month), year=day.year
        )
    return _("{day} {month}").format(day=day.day, month=short_month(day.month))


def month_name(month: int, *, in_date: bool = False) -> str:
    """Full name of a month, 1 to 12; `in_date` for the form used beside a day."""
    name = QLocale.monthName if in_date else QLocale.standaloneMonthName
    return name(_locale(), month, QLocale.FormatType.LongFormat)


def this_month() -> str:
    """Full name of the current month."""
    return month_name(time.localtime().tm_mon)


def short_month(month: int) -> str:
    """Short name of a month, 1 to 12."""
    return _locale().monthName(month, QLocale.FormatType.ShortFormat)


def pixels(width: int, height: int) -> str:
    """Width and height: "2048 × 1152"."""
    return left_to_right(f"{width} × {height}")


def shape(width: int, height: int) -> str:
    """Common name of an aspect ratio: "16:9" also for pixels within 3 % of it."""
    if width < 1 or height < 1:
        return ""
    exact = named_ratio(width, height) or AspectRatio.of(width, height)
    if max(exact.width, exact.height) <= 32:
        return str(exact)
    value = width / height
    return f"{number(value, 2)}:1" if value >= 1 else f"1:{number(1 / value, 2)}"


def aspect_mismatch(picture: Picture) -> str:
    """Sentence for a picture whose aspect ratio differs from the request; empty otherwise."""
    try:
        asked = AspectRatio.parse(picture.asked_aspect)
    except ValueError:
        return ""
    if not picture.width or not picture.height or asked.near(picture.width, picture.height):
        return ""
    got = shape(picture.width, picture.height)
    return _("Requested {asked}, received {got}").format(asked=asked, got=got)


def percent(part: float) -> str:
    """Zoom or share: "30 %", "100 %", "3.1 %" below ten."""
    value = part * 100
    if 0 < value < 9.95 and abs(value - round(value)) > 0.05:
        return _("{percent} %").format(percent=number(value, 1))
    return _("{percent} %").format(percent=number(round(value)))


FORMATS = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/webp": "WebP",
    "image/gif": "GIF",
    "image/avif": "AVIF",
    "image/heic": "HEIC",
}


def kind(media_type: str) -> str:
    """File format by media type: "PNG"."""
    return FORMATS.get(media_type) or media_type.rpartition("/")[2].upper()


def branch_outlay(outlay: Outlay) -> str:
    """Cost of a branch, as a sentence."""
    # Translators: {money} is an amount, {kept} the number of picked pictures.
    text = ngettext(
        "This branch cost {money}, {kept} of {n} picked.",
        "This branch cost {money}, {kept} of {n} picked.",
        outlay.made,
    )
    return _filled(text, outlay)


def run_outlay(outlay: Outlay) -> str:
    """Cost of a run, as a sentence; "" for a single picture, whose cost is shown anyway."""
    if outlay.made < 2:
        return ""
    # Translators: {money} is an amount, {kept} the number of picked pictures.
    text = ngettext(
        "This run cost {money}, {kept} of {n} picked.",
        "This run cost {money}, {kept} of {n} picked.",
        outlay.made,
    )
    return _filled(text, outlay)


def place_outlay(outlay: Outlay) -> str:
    """Cost of a collection, beside its name; "" if it has only imported pictures."""
    if not outlay.made:
        return ""
    # Translators: {money} is an amount that pictures cost, {kept} the number of picked ones.
    text = _("{money}, {kept} of {n} picked")
    return _filled(text, outlay)


def _filled(text: str, outlay: Outlay) -> str:
    amount = money(outlay.usd)
    if outlay.unknown and outlay.usd:
        # Translators: {money} is the known part of an amount.
        amount = _("more than {money}").format(money=amount)
    elif outlay.unknown:
        amount = _("an unknown amount")
    return text.format(money=amount, kept=number(outlay.kept), n=number(outlay.made))
