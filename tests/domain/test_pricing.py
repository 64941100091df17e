"""What pictures cost, and how that is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.domain.entities import CostBasis
from studio.domain.pricing import cost, estimate
from studio.domain.usage import Usage
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
    usage = Usage(
        prompt_tokens=1000,
        answer_tokens=1780,
        image_tokens=1680,
        text_tokens=100,
        thought_tokens=300,
        total_tokens=3080,
    )
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
        # As a gateway's page shows it: an image, and no tokens for it.
        Usage(prompt_tokens=14, answer_tokens=0, total_tokens=14),
        # Details that the sums know nothing of.
        Usage(prompt_tokens=14, image_tokens=1120, total_tokens=14),
        Usage(prompt_tokens=14, answer_tokens=300, image_tokens=1120, total_tokens=314),
        Usage(prompt_tokens=14, answer_tokens=1120, image_tokens=1120, total_tokens=9000),
        # The pictures it was sent, or the base64 it passed on.
        Usage(prompt_tokens=14, answer_tokens=258, image_tokens=258, total_tokens=272),
        Usage(prompt_tokens=14, answer_tokens=60_000, image_tokens=60_000, total_tokens=60_014),
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


@pytest.mark.parametrize(
    "usage",
    [
        Usage(image_tokens=1120),
        Usage(prompt_tokens=14, answer_tokens=1120, image_tokens=1120, total_tokens=1134),
        # Thoughts and what a search brought, beside the answer or within it.
        Usage(prompt_tokens=14, answer_tokens=1420, image_tokens=1120, thought_tokens=300,
              total_tokens=1434),
        Usage(prompt_tokens=14, answer_tokens=1120, image_tokens=1120, thought_tokens=300,
              tool_tokens=800, total_tokens=2234),
        # A published count of another page.
        Usage(prompt_tokens=14, answer_tokens=1290, image_tokens=1290, total_tokens=1304),
    ],
)  # fmt: skip
def test_counts_that_can_be_are_priced(usage):
    assert cost(usage, BANANA, "1K")[1] is CostBasis.USAGE


def test_an_answer_with_more_pictures_may_count_more():
    usage = Usage(prompt_tokens=9, answer_tokens=15_120, image_tokens=15_120, total_tokens=15_129)
    assert cost(usage, BANANA, "4K")[1] is CostBasis.TABLE
    usd, basis = cost(usage, BANANA, "4K", pictures=4)
    assert basis is CostBasis.USAGE
    assert usd == pytest.approx(15_120 * 30 / 1e6, rel=0.01)
