"""Formats for money, bytes, seconds, dates and pixels, in one place for consistency.

Month names and number formats are Qt's for the language of the program.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from PySide6.QtCore import QLocale

from studio.common import i18n
from studio.common.i18n import _, ngettext, number
from studio.domain.aspect_ratios import named_ratio
from studio.domain.entities import AspectRatio, CostBasis, Picture
from studio.domain.spend import Outlay


def use_program_language() -> None:
    """Format numbers in the language of the program, whatever the system's is."""
    i18n.use_numbers(_number)


def _number(value: float, decimals: int) -> str:
    # Round halves as Python does, as on the command line.
    return _locale().toString(round(float(value), decimals), "f", decimals)


def _locale() -> QLocale:
    return QLocale(i18n.language())


def money(usd: float, *, fine: bool = False) -> str:
    """US dollars with two decimals: "$14.90".

    `fine` is for the price of one picture and keeps a third decimal if needed: "$0.134".
    """
    if usd < 0:
        return "−" + money(-usd, fine=fine)
    if fine and usd < 1:
        text = number(usd, 3).removesuffix("0")
        return "$" + (text if usd >= 0.0005 or not usd else f"{usd:.2g}")
    if 0 < usd < 0.005:
        return _("< $0.01")
    return f"${number(usd, 2)}"


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
        return _("{size} bytes").format(size=size)
    if size < 999_500:
        return _("{size} KB").format(size=round(size / 1000))
    if size < 999_500_000:
        return _("{size} MB").format(size=number(size / 1e6, 1))
    return _("{size} GB").format(size=f"{size / 1e9:.1f}")


def duration(seconds: float) -> str:
    """Duration: "11.8 s", "1 min 24 s"."""
    if seconds < 59.95:
        return _("{seconds} s").format(seconds=number(max(0.0, seconds), 1))
    whole = round(seconds)
    return _("{minutes} min {seconds} s").format(minutes=whole // 60, seconds=whole % 60)


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
    clock_time = f"{moment:%H:%M}"
    if moment.date() == today:
        return _("Today {time}").format(time=clock_time)
    if moment.date() == today - timedelta(days=1):
        return _("Yesterday {time}").format(time=clock_time)
    if moment.year == today.year:
        return _("{day} {month} {time}").format(
            day=moment.day, month=short_month(moment.month), time=clock_time
        )
    return _("{day} {month} {year}").format(
        day=moment.day, month=short_month(moment.month), year=moment.year
    )


def moment(stamp: float, *, now: float | None = None) -> str:
    """Time within a sentence: "14:06" for today, else "24 Nov 14:06"."""
    day, here = (
        datetime.fromtimestamp(each).astimezone()
        for each in (stamp, time.time() if now is None else now)
    )
    return f"{day:%H:%M}" if day.date() == here.date() else when(stamp, now=now)


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
    return f"{width} × {height}"


def shape(width: int, height: int) -> str:
    """Common name of an aspect ratio: "16:9" also for pixels within 3 % of it."""
    if width < 1 or height < 1:
        return ""
    exact = named_ratio(width, height) or AspectRatio.of(width, height)
    if max(exact.width, exact.height) <= 32:
        return str(exact)
    value = width / height
    return f"{value:.2f}:1" if value >= 1 else f"1:{1 / value:.2f}"


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
        return f"{number(value, 1)} %"
    return f"{round(value)} %"


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
    """What a branch cost, as a sentence."""
    # Translators: {money} is an amount, {kept} the number of picked pictures.
    text = ngettext(
        "This branch cost {money}, {kept} of {n} picked.",
        "This branch cost {money}, {kept} of {n} picked.",
        outlay.made,
    )
    return _filled(text, outlay)


def run_outlay(outlay: Outlay) -> str:
    """What a run cost, as a sentence; "" for one of a single picture, whose cost is shown."""
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
    """What a collection cost, beside its name; "" for one with imported pictures alone."""
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
