"""What Generate says in each situation of the design."""

from __future__ import annotations

from dataclasses import replace

from studio.ui.composer.quote import Mood, Situation, money, quote

THREE = Situation(variants=3, count=1, each_usd=0.134)


def test_ready() -> None:
    said = quote(THREE)
    assert (said.title, said.price, said.detail) == ("Generate 3", "≈ $0.40", "3 × $0.134")
    assert said.description == "3 pictures, about $0.40"
    assert said.mood is Mood.READY


def test_variants_times_count() -> None:
    said = quote(replace(THREE, count=2))
    assert (said.title, said.detail) == ("Generate 6", "3 variants × 2 × $0.134")


def test_nothing_written() -> None:
    said = quote(replace(THREE, variants=0))
    assert (said.title, said.detail, said.mood) == (
        "Generate",
        "write a prompt first",
        Mood.QUIET,
    )


def test_the_offline_painter_is_free() -> None:
    said = quote(Situation(variants=2, count=1, each_usd=0.0, offline=True))
    assert (said.title, said.price, said.detail) == ("Generate 2", "free", "offline sketch")


def test_over_the_users_own_threshold() -> None:
    said = quote(replace(THREE, count=8, threshold=2.0))
    assert said.mood is Mood.OVER
    assert said.detail == "asks first, over $2.00"


def test_without_network() -> None:
    said = quote(replace(THREE, network=False))
    assert (said.title, said.detail, said.mood) == (
        "Generate 3",
        "waits for the network",
        Mood.QUIET,
    )


def test_price_unknown() -> None:
    said = quote(Situation(variants=1, count=1, each_usd=None))
    assert (said.title, said.price, said.detail) == (
        "Generate",
        "price ?",
        "this model has no price",
    )
    assert said.description == "1 picture, price not known"


def test_a_long_queue() -> None:
    assert quote(replace(THREE, others=9)).detail == "after 9 others"


def test_the_title_always_begins_with_generate() -> None:
    for now in (THREE, replace(THREE, variants=0), replace(THREE, network=False)):
        assert quote(now).title.startswith("Generate")


def test_money() -> None:
    assert money(0.134, each=True) == "$0.134"
    assert money(0.24, each=True) == "$0.24"
    assert money(0.0336) == "$0.034"
    assert money(1234.5) == "$1,234.50"
