"""Estimated cost of a picture before it is made, and its cost from counted tokens and searches.

Neither is exact: the price list may be out of date, and a gateway may charge more.
"""

from __future__ import annotations

from studio.domain.entities import Advanced, CostBasis
from studio.domain.models import Model
from studio.domain.usage import Usage

_LEAST_IMAGE_TOKENS = 200
"""Minimum tokens of a picture; a smaller number means that pictures were not counted."""


_MOST_IMAGE_TOKENS = 100_000
"""Maximum tokens of an answer's pictures; a larger number counts something else."""


_FACTOR = 20
"""Maximum factor between a reported cost and the table's; beyond it, the units differ."""

_TIER_SLACK = 0.6
_SLACK = 16


def estimate(model: Model, size: str | None, chosen: Advanced | None = None) -> float | None:
    """Estimated cost of a picture in US dollars; None without a published price.

    `chosen` are the advanced choices: see `search_estimate`.
    """
    price = model.price(size)
    return None if price is None else price + search_estimate(model, chosen)


def search_estimate(model: Model, chosen: Advanced | None) -> float:
    """Estimated cost in US dollars of the searches for one picture; 0 if none are allowed.

    The model decides whether and how often it searches. One query of each allowed kind is assumed.
    """
    if chosen is None:
        return 0.0
    sent = model.supported_choices(chosen)
    return model.search_price * (sent.search + sent.image_search)


def cost(
    usage: Usage | None, model: Model, size: str | None, *, pictures: int = 1, queries: int = 0
) -> tuple[float | None, CostBasis]:
    """Cost of an answer with that many pictures and search queries in US dollars, and its basis.

    Taken from the first of these that is known: the user's own price, the cost stated by the
    service, counted tokens times the published rates, the table's price. Otherwise unknown, not 0,
    because some services report no tokens for a picture they bill. Search queries are added to all
    but the cost stated by the service.
    """
    if model.offline:
        return 0.0, CostBasis.TABLE
    searches = queries * model.search_price
    if (own := model.own_price(size)) is not None:
        return own + searches, CostBasis.TABLE
    if usage is not None and usage.cost_usd is not None and _likely(usage.cost_usd, model, size):
        return usage.cost_usd, CostBasis.USAGE
    rates = model.rates
    if rates is not None and usage is not None and _plausible(usage, model, pictures):
        millionths = (
            (usage.image_tokens or 0) * rates.image
            + (usage.text_tokens + usage.thought_tokens) * rates.text
            + usage.prompt_tokens * rates.prompt
            + usage.tool_tokens * (rates.prompt if rates.tool is None else rates.tool)
        )
        return millionths / 1_000_000 + searches, CostBasis.USAGE
    price = model.price(size)
    return (None, CostBasis.UNKNOWN) if price is None else (price + searches, CostBasis.TABLE)


def _likely(usd: float, model: Model, size: str | None) -> bool:
    """Whether a reported cost is probably in US dollars, judged by the table's price."""
    price = model.price(size)
    return price is None or price / _FACTOR <= usd <= price * _FACTOR


def _plausible(usage: Usage, model: Model, pictures: int) -> bool:
    """Whether the token counts are plausible for an answer with that many pictures.

    Some gateways count nothing, count input pictures, or estimate from the length of the base64.
    """
    counted = usage.image_tokens
    if counted is None or not _LEAST_IMAGE_TOKENS <= counted <= _MOST_IMAGE_TOKENS:
        return False
    if tiers := model.image_tokens.values():
        # Published counts differ a little between pages, and drafts may be counted or not.
        most = max(tiers) * max(1, pictures)
        if not _TIER_SLACK * min(tiers) <= counted <= most / _TIER_SLACK:
            return False
    return _adds_up(usage)


def _adds_up(usage: Usage) -> bool:
    """Whether the total is the sum of its parts, with or without thoughts and tools."""
    answer = usage.answer_tokens or (usage.image_tokens or 0) + usage.text_tokens
    if (usage.image_tokens or 0) > answer + _SLACK:
        return False
    if not usage.total_tokens:
        return True
    beside = usage.total_tokens - usage.prompt_tokens - answer
    slack = max(_SLACK, usage.total_tokens // 50)
    more = (0, usage.thought_tokens, usage.tool_tokens, usage.thought_tokens + usage.tool_tokens)
    return any(abs(beside - one) <= slack for one in more)
