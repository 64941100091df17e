"""What a picture should cost before it is made, and what it did cost by what was counted.

Never exact: a gateway may take more than the models' own price list says, which is dated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.domain import CostBasis
from studio.models import Model

if TYPE_CHECKING:
    from studio.providers.base import Usage

_LEAST_IMAGE_TOKENS = 200
"""No model counts fewer for a picture; a smaller number means that it was not counted."""


_MOST_IMAGE_TOKENS = 100_000
"""Far more than an answer's pictures have; a larger number counts something else."""


def estimate(model: Model, size: str | None) -> float | None:
    """US dollars one picture should cost; None when nobody published a price."""
    return model.price(size)


def cost(usage: Usage | None, model: Model, size: str | None) -> tuple[float | None, CostBasis]:
    """US dollars an answer cost, and how that is known.

    The user's own price stands before all. Else:
    Counted image tokens, words, thoughts and prompt times the published rates; where the picture
    was not counted, the table's price; where there is none, unknown (and never nothing: some
    services report no tokens for a picture they charge).
    """
    if model.offline:
        return 0.0, CostBasis.TABLE
    if (own := model.own_price(size)) is not None:
        return own, CostBasis.TABLE
    rates = model.rates
    if rates is not None and usage is not None and _plausible(usage):
        millionths = (
            (usage.image_tokens or 0) * rates.image
            + (usage.text_tokens + usage.thought_tokens) * rates.text
            + usage.prompt_tokens * rates.prompt
        )
        return millionths / 1_000_000, CostBasis.USAGE
    price = model.price(size)
    return (None, CostBasis.UNKNOWN) if price is None else (price, CostBasis.TABLE)


def _plausible(usage: Usage) -> bool:
    counted = usage.image_tokens
    return counted is not None and _LEAST_IMAGE_TOKENS <= counted <= _MOST_IMAGE_TOKENS
