"""Cost of pictures, and its basis."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.domain.entities import Advanced, CostBasis
from studio.domain.models import Model
from studio.domain.pricing import cost, estimate, search_estimate
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


FLASH = CATALOGUE.find("dgrid", "gemini-3.1-flash-image")
PRO = CATALOGUE.find("dgrid", "gemini-3-pro-image")
LITE = CATALOGUE.find("dgrid", "gemini-3.1-flash-lite-image")
COUNTED = Usage(prompt_tokens=100, answer_tokens=1120, image_tokens=1120, total_tokens=1220)
SEARCHING = Advanced(search=True)
LOOKING = Advanced(search=True, image_search=True)


def usd(usage: Usage | None, model: Model, queries: int = 0) -> float:
    """A known cost of a picture in 1K."""
    found, _basis = cost(usage, model, "1K", queries=queries)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("model", "chosen", "searches"),
    [
        (BANANA, None, 0),
        (BANANA, Advanced(), 0),
        (BANANA, SEARCHING, 1),
        (BANANA, LOOKING, 2),
        (BANANA, Advanced(image_search=True), 0),
        (FLASH, LOOKING, 2),
        (PRO, LOOKING, 1),
        (LITE, LOOKING, 0),
        (SKETCH, LOOKING, 0),
    ],
)
def test_an_estimate_has_one_query_of_each_kind_the_model_may_make(model, chosen, searches):
    price = estimate(model, "1K")
    assert estimate(model, "1K", chosen) == pytest.approx(price + searches * 0.014)
    assert search_estimate(model, chosen) == pytest.approx(searches * 0.014)


def test_searches_do_not_make_an_unknown_price_known():
    assert estimate(UNKNOWN, "1K", LOOKING) is None
    assert cost(COUNTED, UNKNOWN, "1K", queries=3) == (None, CostBasis.UNKNOWN)


@pytest.mark.parametrize("model", [BANANA, PRO, FLASH])
@pytest.mark.parametrize(("usage", "basis"), [(COUNTED, CostBasis.USAGE), (None, CostBasis.TABLE)])
@pytest.mark.parametrize("queries", [1, 2, 7, 60])
def test_every_query_is_added_whatever_the_basis(model, usage, basis, queries):
    assert usd(usage, model, queries) == pytest.approx(usd(usage, model) + 0.014 * queries)
    assert cost(usage, model, "1K", queries=queries)[1] is basis


def test_queries_are_added_to_the_users_own_price_unless_these_have_their_own():
    own = replace(BANANA, own_prices={"*": 0.03})
    assert usd(COUNTED, own, 2) == pytest.approx(0.058)
    assert estimate(own, "1K", LOOKING) == pytest.approx(0.058)
    assert usd(COUNTED, replace(BANANA, own_prices={"*": 0.03, "search": 0.0}), 2) == 0.03
    other = replace(BANANA, own_prices={"search": 0.1})
    assert usd(COUNTED, other, 2) == pytest.approx((1120 * 30 + 100 * 1.5) / 1e6 + 0.2)
    assert cost(COUNTED, other, "1K", queries=2)[1] is CostBasis.USAGE
    known = replace(UNKNOWN, own_prices={"*": 0.05, "search": 0.01})
    assert usd(None, known, 1) == pytest.approx(0.06)


def test_a_sketch_is_free_even_if_it_searched():
    assert cost(None, SKETCH, "1K", queries=9) == (0.0, CostBasis.TABLE)


@pytest.mark.parametrize(("model", "rate"), [(BANANA, 0.0), (PRO, 2.0), (FLASH, 0.5)])
def test_what_a_search_brought_is_read_at_the_price_of_a_prompt_where_it_is_billed(model, rate):
    more = replace(COUNTED, tool_tokens=4000, total_tokens=COUNTED.total_tokens + 4000)
    assert usd(more, model) == pytest.approx(usd(COUNTED, model) + 4000 * rate / 1e6)
    assert cost(more, model, "1K")[1] is CostBasis.USAGE


def test_thoughts_have_the_price_of_text():
    more = replace(COUNTED, thought_tokens=500, total_tokens=COUNTED.total_tokens + 500)
    assert usd(more, PRO) == pytest.approx(usd(COUNTED, PRO) + 500 * 12 / 1e6)
