"""Formatting of numbers and money by language, and parsing of numbers that users type.

The command line takes the format of its language from `FORMATS`; the window reads it from Qt, which
also knows the user's country (`studio/ui/support/formatting.py`). Data, such as JSON, records and
tables for other programs, is never formatted with these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

PLACE = "{}"
"""Placeholder of the amount in `NumberFormat.dollars`."""

_ASCII_DIGITS = "0123456789"
_FIRST_STRONG, _END = "\u2068", "\u2069"
_SPACES = re.compile(r"[\s\u00a0\u202f\u061c\u200e\u200f\u2066-\u2069]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFormat:
    """Number format of a language.

    Attributes:
        decimal: decimal separator.
        group: separator of digit groups; "" for none.
        first_group: digits of the group before the decimal separator.
        next_groups: digits of the other groups; two in India.
        least_grouped: minimum number of digits to group; five in Spain.
        digits: the ten digits.
        dollars: an amount of US dollars, with `PLACE` for the number.
        right_to_left: whether amounts are isolated from the text around them.
    """

    decimal: str = "."
    group: str = ","
    first_group: int = 3
    next_groups: int = 3
    least_grouped: int = 4
    digits: str = _ASCII_DIGITS
    dollars: str = f"${PLACE}"
    right_to_left: bool = False

    def number(self, value: float | Decimal, decimals: int = 0) -> str:
        """A number with that many decimals: "12,408"; rounded like Python's `format`."""
        text = f"{value:.{decimals}f}"
        sign = "-" if text.startswith("-") else ""
        whole, _point, part = text.removeprefix("-").partition(".")
        text = self._grouped(whole) + (f"{self.decimal}{part}" if part else "")
        return sign + text.translate(str.maketrans(_ASCII_DIGITS, self.digits))

    def money(self, usd: float | Decimal, decimals: int = 2) -> str:
        """US dollars, with the sign where the language puts it: "$14.90"."""
        text = self.dollars.replace(PLACE, self.number(-usd if usd < 0 else usd, decimals))
        if usd < 0:
            text = f"−{text}"
        return f"{_FIRST_STRONG}{text}{_END}" if self.right_to_left else text

    def without_zeros(self, text: str, least: int) -> str:
        """The number in `text` without trailing zeros, but with at least `least` decimals."""
        zero = re.escape(self.digits[0])
        kept = rf"(?P<kept>{re.escape(self.decimal)}\w{{{least}}}\w*?){zero}+(?!\w)"
        return re.sub(kept, r"\g<kept>", text, count=1)

    def read(self, text: str) -> Decimal:
        """Parse a number typed in this language or with a decimal point: "2,50", "1.234,5".

        Groups are recognised by their length: in German "2.500" are thousands, "2.50" is not.
        Raises ValueError.
        """
        text = _SPACES.sub("", text).strip("$")
        text = text.translate(str.maketrans(self.digits, _ASCII_DIGITS))
        signs = {sign for sign in (self.group, "'", "’") if sign.strip() and sign != self.decimal}
        for sign in signs:
            groups = rf"\d{{1,3}}(?:{re.escape(sign)}\d{{2,3}})*{re.escape(sign)}\d{{3}}(?!\d)"
            if re.match(groups, text):
                text = text.replace(sign, "")
        text = text.replace(self.decimal, ".").replace(",", ".").replace("٫", ".")
        if not re.fullmatch(r"-?(?:\d+\.?\d*|\.\d+)", text):
            raise ValueError(f"no number: {text[:40]!r}")
        try:
            return Decimal(text)
        except InvalidOperation as error:
            raise ValueError(f"no number: {text[:40]!r}") from error

    def _grouped(self, whole: str) -> str:
        if not self.group or len(whole) < self.least_grouped:
            return whole
        groups = [whole[-self.first_group :]]
        rest = whole[: -self.first_group]
        while rest:
            groups.insert(0, rest[-self.next_groups :])
            rest = rest[: -self.next_groups]
        return self.group.join(groups)


ENGLISH = NumberFormat()

FORMATS: Mapping[str, NumberFormat] = {
    "en": ENGLISH,
    "de": NumberFormat(decimal=",", group=".", dollars=f"{PLACE}\u00a0$"),
    "fr": NumberFormat(decimal=",", group="\u202f", dollars=f"{PLACE}\u00a0$"),
    "es": NumberFormat(decimal=",", group=".", least_grouped=5, dollars=f"{PLACE}\u00a0$"),
    "ja": ENGLISH,
    "zh": ENGLISH,
    "ar": NumberFormat(
        decimal="٫",
        group="٬",
        digits="٠١٢٣٤٥٦٧٨٩",
        dollars=f"\u200f{PLACE}\u00a0$",
        right_to_left=True,
    ),
}
"""Number formats by language. Tests compare them with Qt's, which come from Unicode's CLDR."""


def format_of(language: str) -> NumberFormat:
    """The format of a language code such as "de" or "zh_CN"; the English one if unknown."""
    return FORMATS.get(re.split("[-_]", language)[0].lower(), ENGLISH)
