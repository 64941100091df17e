"""What pictures cost, and how that is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.domain import CostBasis
from studio.pricing import cost, estimate
from studio.providers.base import Usage
from studio.providers.catalogue import Catalogue

CATALOGUE = Catalogue()
BANANA = CATALOGUE.find("dgrid", "gemini-nano-banana-2.1")
UNKNOWN = CATALOGUE.find("dgrid", "acme-image")
SKETCH = CATALOGUE.find("sketch", "sketch")


@pytest.mark.parametrize(
    ("model", "size", "usd"),
    [
        ("gemini-nano-banana-2.1", "1K", 0.0336),
        ("gemini-nano-banana-2.1", "2K", 0.0504),
        ("gemini-nano-banana-2.1", None, 0.0336),
        ("gemini-nano-banana-2.1", "1024x1024", None),
        ("gemini-3-pro-image", "2K", 0.1344),
        ("gemini-3-pro-image", "4K", 0.24),
        ("gemini-3.1-flash-image", "512", 0.0448),
        ("acme-image", "1K", None),
    ],
)
def test_an_estimate_is_the_published_price_or_nothing(model, size, usd):
    assert estimate(CATALOGUE.find("dgrid", model), size) == usd


def test_counted_tokens_are_priced_each_at_its_rate():
    usage = Usage(prompt_tokens=1000, image_tokens=1680, text_tokens=100, thought_tokens=300)
    usd, basis = cost(usage, BANANA, "4K")
    assert basis is CostBasis.USAGE
    assert usd == pytest.approx((1680 * 30 + 400 * 7.5 + 1000 * 1.5) / 1e6)


@pytest.mark.parametrize(
    "usage",
    [
        None,
        Usage(prompt_tokens=14, total_tokens=14),
        Usage(image_tokens=3),
        Usage(image_tokens=5_000_000),
    ],
)
def test_a_picture_that_was_not_counted_costs_the_tables_price_and_never_nothing(usage):
    assert cost(usage, BANANA, "1K") == (0.0336, CostBasis.TABLE)
    assert cost(usage, BANANA, "900x900") == (None, CostBasis.UNKNOWN)
    assert cost(usage, UNKNOWN, "1K") == (None, CostBasis.UNKNOWN)


def test_a_model_without_rates_is_unknown_even_when_tokens_were_counted():
    assert cost(Usage(image_tokens=1120), UNKNOWN, "1K") == (None, CostBasis.UNKNOWN)


def test_a_sketch_is_free():
    assert cost(None, SKETCH, "4K") == (0.0, CostBasis.TABLE)
    assert estimate(SKETCH, "4K") == 0.0


def test_the_users_own_price_is_neither_counted_nor_about():
    own = replace(BANANA, own_prices={"2K": 0.03})
    counted = Usage(prompt_tokens=1000, image_tokens=1680)
    assert cost(counted, own, "2K") == (0.03, CostBasis.TABLE)
    assert estimate(own, "2K") == 0.03
    assert cost(counted, own, "1K")[1] is CostBasis.USAGE
