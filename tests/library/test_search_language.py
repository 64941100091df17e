"""The language of the search field."""

from __future__ import annotations

import time

import pytest

from studio.library.index.search_language import SearchPhrase, is_token, parts, understand
from studio.library.index.text_normalization import asked_terms, folded, terms

NOON = time.mktime((2026, 11, 23, 12, 0, 0, 0, 0, -1))


def day(year: int, month: int, date: int) -> float:
    return time.mktime((year, month, date, 0, 0, 0, 0, 0, -1))


def test_words_phrases_and_what_is_left_out() -> None:
    asked = understand('light "old harbour" -fog -"grey sea" "har"*')
    assert asked.words == (
        SearchPhrase("light"),
        SearchPhrase("old harbour", begins=False),
        SearchPhrase("fog", without=True),
        SearchPhrase("grey sea", begins=False, without=True),
        SearchPhrase("har"),
    )
    assert asked.facts == ()


@pytest.mark.parametrize(
    ("text", "low", "high", "in_it", "beside"),
    [
        ("rating:>=4", 4, None, (4, 5), (3,)),
        ("rating:>3", None, None, (4, 5), (3,)),
        ("rating:<2", None, 2, (0, 1), (2,)),
        ("rating:<=2", None, None, (0, 2), (3,)),
        ("rating:3", None, None, (3,), (2, 4)),
        ("rating:2..4", 2, None, (2, 3, 4), (1, 5)),
        ("cost:>0.1", None, None, (0.11,), (0.1, 0.05)),
        ("cost:$0.04", None, None, (0.04,), (0.041, 0.039)),
        ("drift:<5%", None, 0.05, (0.0, 0.049), (0.05,)),
        ("drift:>20", None, None, (0.21,), (0.2,)),
        ("drift:5%..20%", 0.05, None, (0.05, 0.2), (0.049, 0.21)),
    ],
)
def test_numbers(
    text: str,
    low: float | None,
    high: float | None,
    in_it: tuple[float, ...],
    beside: tuple[float, ...],
) -> None:
    (fact,) = understand(text).facts
    if low is not None:
        assert fact.low == low
    if high is not None:
        assert fact.high == high

    def passes(value: float) -> bool:
        return (fact.low is None or value >= fact.low) and (fact.high is None or value < fact.high)

    assert all(passes(value) for value in in_it)
    assert not any(passes(value) for value in beside)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("before:2026-11", None, day(2026, 11, 1)),
        ("after:2026-11-03", day(2026, 11, 3), None),
        ("on:2026-02", day(2026, 2, 1), day(2026, 3, 1)),
        ("on:2025", day(2025, 1, 1), day(2026, 1, 1)),
        ("after:today", day(2026, 11, 23), None),
        ("on:yesterday", day(2026, 11, 22), day(2026, 11, 23)),
        ("after:7d", day(2026, 11, 16), None),
        ("on:2026/12", day(2026, 12, 1), day(2027, 1, 1)),
    ],
)
def test_dates_are_local_days(text: str, low: float | None, high: float | None) -> None:
    (fact,) = understand(text, NOON).facts
    assert (fact.key, fact.low, fact.high) == ("created", low, high)


def test_names_may_be_several_quoted_and_left_out() -> None:
    one, two, three = understand('tag:"old town",kelp -in:Posters MODEL:sketch').facts
    assert one.values == ("old town", "kelp")
    assert (two.key, two.values, two.without) == ("in", ("Posters",), True)
    assert two.written == ("-in", "Posters")
    assert three.key == "model"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rating:many", "0 to 5"),
        ("cost:much", "USD"),
        ("size:huge", "1K"),
        ("aspect:round", "16:9"),
        ("before:soon", "2026-11-03"),
        ("on:2026-13", "2026-11-03"),
        ("after:0", "2026-11-03"),
        ("is:nice", "picked"),
    ],
)
def test_what_is_not_understood_is_a_sentence_and_filters_nothing(text: str, says: str) -> None:
    asked = understand(f"light {text}")
    assert asked.facts == ()
    assert asked.words == (SearchPhrase("light"),)
    (trouble,) = asked.troubles
    assert says in trouble
    assert trouble.endswith(".")


def test_an_unknown_key_is_text_like_any_other() -> None:
    assert understand("https://example.org").words == (SearchPhrase("https://example.org"),)


def test_a_token_that_is_still_being_typed_asks_for_nothing() -> None:
    asked = understand('rating: - tag:"')
    assert (asked.words, asked.facts, asked.troubles) == ((), (), ())


def test_the_text_is_cut_into_what_the_field_shows() -> None:
    assert parts('light rating:>=4 -tag:"old town" "a b"') == [
        *("light", "rating:>=4", '-tag:"old town"', '"a b"'),
    ]
    assert [is_token(part) for part in ("light", "rating:>=4", '-tag:"x"', "tag:", "a:b")] == [
        *(False, True, True, False, False),
    ]


def test_case_accents_and_the_sharp_s_are_folded() -> None:
    assert (
        folded("STRASSE Straße Löwe Ñandú Ёлка ﬁn Øre") == "strasse strasse lowe nandu елка fin ore"
    )


def test_scripts_without_spaces_are_cut_into_pairs() -> None:
    assert terms("東京タワー2号") == ["東京", "京タ", "タワ", "ワー", "ー", "2", "号"]
    assert asked_terms("東京") == (["東京"], False)
    assert asked_terms("東") == (["東"], True)
    assert terms("sci-fi_x 16:9") == ["sci", "fi", "x", "16", "9"]
