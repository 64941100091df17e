"""Months, times and numbers are written as the language of the program does."""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from datetime import datetime

import pytest
from PySide6.QtCore import QLocale

from studio.common import i18n
from studio.common.number_format import ENGLISH, FORMATS
from studio.domain import budget
from studio.ui.dialogs.dates import DatePeriod, understand
from studio.ui.support import formatting


class Catalogue(gettext.NullTranslations):
    """A catalogue that says which language it is."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self._code = code

    def info(self) -> dict[str, str]:
        return {"language": self._code}


def speak(code: str) -> None:
    i18n.use(Catalogue(code))
    formatting.use_program_language()


@pytest.fixture(autouse=True)
def program_language() -> Iterator[None]:
    before = QLocale()
    formatting.use_program_language()
    yield
    QLocale.setDefault(before)
    i18n.use_numbers(ENGLISH)
    i18n.use(gettext.NullTranslations())


def test_english_is_written_as_without_qt() -> None:
    for value in (0.0, 0.125, 0.5, 1.005, 14.9, 12_408, 1_234_567.875, -3.25):
        for decimals in range(4):
            assert i18n.number(value, decimals) == ENGLISH.number(value, decimals)
    assert i18n.dollars(14.9) == "$14.90"
    assert formatting.month_name(9) == formatting.month_name(9, in_date=True) == "September"
    assert formatting.when(1_764_000_000.0, now=1_766_000_000.0).split()[1] == "Nov"
    assert formatting.clock_time(datetime(2026, 11, 24, 14, 6)) == "14:06"  # noqa: DTZ001 (a clock)


@pytest.mark.parametrize("code", sorted(FORMATS))
def test_the_command_lines_formats_are_those_of_qt(code: str) -> None:
    """Both read Unicode's CLDR, one of them by hand."""
    assert FORMATS[code] == formatting.number_format(QLocale("en_GB" if code == "en" else code))


@pytest.mark.parametrize("code", ["en_IN", "de_CH", "de_AT", "es", "fr", "hi", "sv", "C"])
def test_qt_writes_a_number_alike(code: str) -> None:
    locale = QLocale(code)
    mine = formatting.number_format(locale)
    for value in (0, 7, 999, 1_000, 12_345, 123_456, 1_234_567, 1_234_567_890):
        assert mine.number(value) == locale.toString(value)
    assert mine.number(1_234.5, 2) == locale.toString(1_234.5, "f", 2)
    assert mine.money(2.5) == locale.toCurrencyString(2.5, "$", 2)


def test_another_language_writes_its_own() -> None:
    speak("de")
    assert i18n.number(12_408) == "12.408"
    assert formatting.megabytes(6_100_000) == "6,1 MB"
    assert formatting.megabytes(61_200_000_000) == "61,2 GB"
    assert formatting.money(0.134, fine=True) == "0,134\u00a0$"
    assert formatting.money(-2) == "−2,00\u00a0$"
    assert formatting.about(14.9) == "≈ 14,90\u00a0$"
    assert formatting.shape(1427, 1000) == "1,43:1"
    assert budget.about(1_414.9) == "≈ 1.414,90\u00a0$"
    assert budget.plain(40.0) == "40\u00a0$"
    assert formatting.month_name(3) == "März"
    assert QLocale().language() == QLocale.Language.German


def test_the_clock_is_that_of_the_language() -> None:
    moment = datetime(2026, 11, 24, 14, 6)  # noqa: DTZ001 (a clock)
    for code, written in (("de", "14:06"), ("ja", "14:06"), ("hi", "2:06 pm")):
        speak(code)
        assert formatting.clock_time(moment) == written


def test_a_very_small_price_keeps_two_digits() -> None:
    assert formatting.money(0.00012, fine=True) == "$0.00012"
    assert formatting.money(0.004) == "< $0.01"
    assert formatting.money(0, fine=True) == "$0.00"


def test_a_month_is_bent_beside_a_day_and_understood_both_ways() -> None:
    speak("ru")
    assert formatting.month_name(11) == "ноябрь"
    assert DatePeriod(year=2026, month=11, day=23).words() == "23 ноября 2026"
    assert DatePeriod(year=2026, month=11).words() == "ноябрь 2026"
    for words in ("23 ноября 2026", "23 ноябрь 2026", "23 nov 2026"):
        assert understand(words) == DatePeriod(year=2026, month=11, day=23)


def test_without_a_catalogue_the_program_is_english() -> None:
    assert i18n.language() == "en"
