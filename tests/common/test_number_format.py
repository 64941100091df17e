"""Numbers are written and read as a language does, exactly."""

from __future__ import annotations

from decimal import Decimal

import pytest

from studio.common.number_format import ENGLISH, FORMATS, NumberFormat, format_of

GERMAN, SPANISH, ARABIC = FORMATS["de"], FORMATS["es"], FORMATS["ar"]


@pytest.mark.parametrize(
    ("format_", "value", "decimals", "text"),
    [
        (ENGLISH, 12_408, 0, "12,408"),
        (ENGLISH, 1_234_567.875, 2, "1,234,567.88"),
        (GERMAN, 1_234.5, 2, "1.234,50"),
        (SPANISH, 1_234, 0, "1234"),
        (SPANISH, 12_345, 0, "12.345"),
        (FORMATS["fr"], 1_234, 0, "1\u202f234"),
        (ARABIC, 1_234.5, 1, "١٬٢٣٤٫٥"),
        (ENGLISH, -3.25, 1, "-3.2"),
        (ENGLISH, 0, 0, "0"),
        (NumberFormat(next_groups=2), 12_34_567, 0, "12,34,567"),
        (NumberFormat(group=""), 1_234_567, 0, "1234567"),
    ],
)
def test_a_number_is_written_as_the_language_does(
    format_: NumberFormat, value: float, decimals: int, text: str
) -> None:
    assert format_.number(value, decimals) == text


def test_money_is_exact_and_has_its_sign_where_the_language_has_it() -> None:
    assert ENGLISH.money(14.9) == "$14.90"
    assert GERMAN.money(Decimal("123456789012345678.05")) == "123.456.789.012.345.678,05\u00a0$"
    assert ENGLISH.money(-3) == "−$3.00"
    assert GERMAN.money(-3, 0) == "−3\u00a0$"


def test_money_within_text_from_right_to_left_is_isolated() -> None:
    text = ARABIC.money(2.5)
    assert (text[0], text[-1]) == ("\u2068", "\u2069")
    assert "٢٫٥٠" in text


@pytest.mark.parametrize(
    ("format_", "usd", "text"),
    [
        (ENGLISH, 0.134, "$0.134"),
        (ENGLISH, 0.1, "$0.10"),
        (ENGLISH, 10, "$10.00"),
        (GERMAN, 0.134, "0,134\u00a0$"),
        (GERMAN, 0.1, "0,10\u00a0$"),
    ],
)
def test_zeros_at_the_end_of_a_price_are_left_out(
    format_: NumberFormat, usd: float, text: str
) -> None:
    assert format_.without_zeros(format_.money(usd, 3), 2) == text


@pytest.mark.parametrize(
    ("format_", "typed", "meant"),
    [
        (ENGLISH, "2.50", "2.50"),
        (ENGLISH, "2,50", "2.50"),
        (ENGLISH, " $1,234.5 ", "1234.5"),
        (ENGLISH, "2,500", "2500"),
        (GERMAN, "2,50", "2.50"),
        (GERMAN, "2.50", "2.50"),
        (GERMAN, "2.500", "2500"),
        (GERMAN, "1.234.567,5\u00a0$", "1234567.5"),
        (GERMAN, ",5", "0.5"),
        (FORMATS["fr"], "1 234,5", "1234.5"),
        (NumberFormat(decimal=".", group="’"), "1'234.50", "1234.50"),
        (ARABIC, "٢٫٥٠", "2.50"),
        (ARABIC, ARABIC.money(1_234.5), "1234.50"),
        (ENGLISH, "-3", "-3"),
    ],
)
def test_a_number_is_read_as_the_language_writes_it(
    format_: NumberFormat, typed: str, meant: str
) -> None:
    assert format_.read(typed) == Decimal(meant)


@pytest.mark.parametrize(
    "typed", ["", "$", "abc", "1.2.3", "1,2,3", "1e5", "nan", "--2", "2-", "١a"]
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    for format_ in FORMATS.values():
        with pytest.raises(ValueError, match="no number"):
            format_.read(typed)


@pytest.mark.parametrize("language", sorted(FORMATS))
def test_what_is_written_is_read_again(language: str) -> None:
    format_ = FORMATS[language]
    for value in ("0.05", "2.50", "999.99", "1234.56", "12345.67", "1234567.89"):
        assert format_.read(format_.money(Decimal(value))) == Decimal(value)


def test_a_language_is_found_by_its_code() -> None:
    assert format_of("de_AT") is format_of("de-DE") is GERMAN
    assert format_of("zh_CN") is FORMATS["zh"]
    assert format_of("xx") is ENGLISH
