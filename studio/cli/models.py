"""`gridbrush models`: list of models with capabilities and prices."""

from __future__ import annotations

from typing import Any

from studio.cli.core_session import opened
from studio.cli.output import say_json, table
from studio.cli.stderr import complain
from studio.common.i18n import _
from studio.common.paths import Paths
from studio.domain.models import Model


async def run(options: Any, where: Paths) -> int:
    """List the models of one profile, or of all."""
    async with opened(options, where) as core:
        if options.refresh:
            await core.refresh_models(core.default_profile)
        names = (
            [options.provider]
            if options.provider
            else [profile.name for profile in core.settings.value.all_profiles]
        )
        defaults = {name: core.catalogue.default(name) for name in names}
        listed = [(name, model) for name in names for model in core.catalogue.models(name)]
    if options.json:
        for name, model in listed:
            say_json(_facts(name, model, default=model.id == defaults[name]))
        return 0
    table(
        [
            (model.id, name, " ".join(model.sizes), _price(model), model.state.value)
            for name, model in listed
        ],
        headings=(_("Model"), _("Provider"), _("Sizes"), _("Price"), _("State")),
    )
    complain(_("Prices as of {date}, in USD per picture.").format(date=core.catalogue.as_of))
    return 0


def _price(model: Model) -> str:
    if model.offline:
        return _("free")
    prices = [price for size in model.sizes if (price := model.price(size)) is not None]
    if not prices:
        return "?"
    low, high = min(prices), max(prices)
    return f"{low:.3f}" if low == high else f"{low:.3f}–{high:.3f}"


def _facts(name: str, model: Model, *, default: bool) -> dict[str, Any]:
    return {
        "id": model.id,
        "title": model.title,
        "provider": name,
        "aspects": list(model.aspects),
        "sizes": list(model.sizes),
        "references": model.references,
        "seed": model.seed,
        "system": model.system,
        "temperature": model.temperature,
        "thinking": list(model.thinking),
        "search": model.search,
        "image_search": model.image_search,
        "search_usd": model.search_price,
        "media_resolution": list(model.media_resolution),
        "safety": model.safety,
        "prices": dict(model.prices),
        "own_prices": dict(model.own_prices),
        "state": model.state,
        "shut_down": model.shut_down,
        "default": default,
        "note": model.note,
        "offline": model.offline,
    }
