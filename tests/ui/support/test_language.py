"""Months and numbers are written as the language of the program does."""

from __future__ import annotations

import gettext
from collections.abc import Iterator

import pytest

from studio.common import i18n
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


@pytest.fixture(autouse=True)
def program_language() -> Iterator[None]:
    formatting.use_program_language()
    yield
    i18n.use_numbers(i18n.plain_number)
    i18n.use(gettext.NullTranslations())


def test_english_is_written_as_without_qt() -> None:
    for value in (0.0, 0.125, 0.5, 1.005, 14.9, 12_408, 1_234_567.875, -3.25):
        for decimals in range(4):
            assert i18n.number(value, decimals) == i18n.plain_number(value, decimals)
    assert formatting.month_name(9) == formatting.month_name(9, in_date=True) == "September"
    assert formatting.when(1_764_000_000.0, now=1_766_000_000.0).split()[1] == "Nov"


def test_another_language_writes_its_own() -> None:
    i18n.use(Catalogue("de"))
    assert i18n.number(12_408) == "12.408"
    assert formatting.megabytes(6_100_000) == "6,1 MB"
    assert budget.about(1_414.9) == "≈ $1.414,90"
    assert budget.plain(40.0) == "$40"
    assert formatting.month_name(3) == "März"


def test_a_month_is_bent_beside_a_day_and_understood_both_ways() -> None:
    i18n.use(Catalogue("ru"))
    assert formatting.month_name(11) == "ноябрь"
    assert DatePeriod(year=2026, month=11, day=23).words() == "23 ноября 2026"
    assert DatePeriod(year=2026, month=11).words() == "ноябрь 2026"
    for words in ("23 ноября 2026", "23 ноябрь 2026", "23 nov 2026"):
        assert understand(words) == DatePeriod(year=2026, month=11, day=23)


def test_without_a_catalogue_the_program_is_english() -> None:
    assert i18n.language() == "en"
