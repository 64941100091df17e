"""Facts of a picture or a library: as JSON for scripts, as sentences for people."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studio.cli.output import print_result
from studio.cli.printers import picture_facts
from studio.common.i18n import _, ngettext, number, pgettext
from studio.common.terminal import harmless
from studio.domain.entities import Advanced, Grounding, Picture, Role
from studio.domain.safety import level_of


def facts_of(picture: Picture, path: Path) -> dict[str, Any]:
    """All facts of a picture for the command line's JSON."""
    return {
        **picture_facts(picture, path),
        "title": picture.title,
        "name": picture.name,
        "created": picture.created,
        "rating": picture.rating,
        "flag": picture.flag,
        "tags": list(picture.tags),
        "imported": picture.imported,
        "settings": dict(picture.settings),
        "note": picture.note,
        "trashed": picture.trashed,
        "provider": picture.profile,
        "aspect": picture.asked_aspect,
        "size": picture.asked_size,
        **_choices(picture),
        "words": picture.words,
        "delivered_model": picture.delivered_model,
        "request_id": picture.request_id,
        "grounding": _grounding(picture),
        "seconds": picture.seconds,
        "offline": picture.offline,
        "late": picture.late,
        "job": picture.job,
        "run": picture.run,
        "turns": picture.conversation.turns if picture.conversation else None,
        "continues": picture.conversation.after if picture.conversation else None,
        "parents": [
            {
                "sha256": p.sha256,
                "role": p.role,
                "picture": p.picture,
                "name": p.name,
                **({} if p.sentence is None else {"sentence": p.sentence}),
            }
            for p in picture.parents
        ],
        **_later(picture),
    }


def _later(picture: Picture) -> dict[str, Any]:
    """Facts that later versions added to the output, if the picture has them."""
    chosen, found = picture.advanced or Advanced(), picture.grounding or Grounding()
    facts = {
        "image_search": chosen.image_search,
        "detail": chosen.detail,
        "extra_fields": picture.extra_fields,
        "image_queries": list(found.image_queries),
        "billed_queries": found.billed,
        "answer": picture.answer,
        "derived": _derived(picture),
    }
    return {name: value for name, value in facts.items() if value}


def _derived(picture: Picture) -> dict[str, Any]:
    """Derivation of a picture made here; empty for a generated or imported one."""
    made = picture.derivation
    if made is None:
        return {}
    edited = next((one for one in picture.parents if one.role is Role.EDIT), None)
    answer = next((one for one in picture.parents if one.role is Role.ANSWER), None)
    return {
        "operation": made.operation,
        "from": None if edited is None else edited.picture,
        "name": "" if edited is None else edited.name,
        "answer": None if answer is None else answer.picture,
        "markup": made.markup,
        "seam": made.seam,
        "match": made.match,
        "outside": made.outside,
        "outside_changed": 0,
        "shift": [made.shift_x, made.shift_y],
        "zoom": made.zoom,
    }


def _choices(picture: Picture) -> dict[str, Any]:
    """Advanced choices of the picture's request; null or empty if left to the model."""
    chosen = picture.advanced or Advanced()
    return {
        "system": chosen.system,
        "temperature": chosen.temperature,
        "thinking": chosen.thinking,
        "search": chosen.search,
        "safety": {one.category: one.threshold for one in chosen.safety},
    }


def _grounding(picture: Picture) -> dict[str, Any] | None:
    found = picture.grounding
    if found is None:
        return None
    return {
        "queries": list(found.queries),
        "sources": [{"title": one.title, "url": one.url} for one in found.sources],
        "searches": [{"title": one.title, "url": one.url} for one in found.searches],
    }


def say_facts(facts: Mapping[str, Any]) -> None:
    """Print the facts that are not empty, one per line with a translated name."""
    labels = _labels()
    for name, value in facts.items():
        if (
            name in labels
            and value is not None
            and value is not False
            and value not in ("", [], {})
        ):
            # Continuation lines are indented, so that they do not look like another fact.
            print_result(f"{labels[name]}: {_readable(name, value)}".replace("\n", "\n  "))


def _readable(name: str, value: Any) -> str:
    if name == "created":
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(value))
    if name == "parents":
        return ", ".join(map(_parent, value))
    if name == "safety":
        return ", ".join(f"{one.lower()}={level_of(to)}" for one, to in value.items())
    if name == "grounding":
        queries, sources = ", ".join(value["queries"]), value["sources"]
        found = (harmless(f"{one['title']} {one['url']}", lines=False).strip() for one in sources)
        return "\n".join([queries, *found])
    if name == "derived":
        return _made_here(value)
    if name == "drift":
        return _("unknown") if value["share"] is None else f"{value['share']:.1%}"
    if name == "settings":
        return ", ".join(f"{one}: {words}" for one, words in value.items())
    if name == "days_usd":
        return ", ".join(f"{day} ≈ {usd:.4f}" for day, usd in value.items())
    if name == "budget_usd":
        return f"{value:.2f}"
    if name.endswith("usd"):
        # An estimate: the service's bill may differ.
        return f"≈ {value:.4f}" if value else f"{value:.4f}"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return _("yes") if value is True else str(value)


def _made_here(value: Mapping[str, Any]) -> str:
    """Sentence about a picture made here, its parent and the pixels that were compared."""
    # Translators: {name} is the picture it was made from. Content credentials are signed metadata.
    text = _("from {name}; content credentials stay with the model's answer").format(
        name=value["from"] or value["name"]
    )
    # Translators: {n} is the number of pixels that have to be those of the parent.
    proof = ngettext(
        "0 of {n} pixel outside changed", "0 of {n} pixels outside changed", value["outside"]
    ).format(n=number(value["outside"]))
    return f"{value['operation']}, {text}, {proof}"


def _parent(one: Mapping[str, Any]) -> str:
    """Role and name of a reference, and the sentence sent with it."""
    words = f"{one['role']} {one['picture'] or one['name']}"
    return f"{words} ({one['sentence']})" if one.get("sentence") else words


def _labels() -> dict[str, str]:
    return {
        "id": _("Id"),
        "name": _("Name"),
        "path": _("File"),
        "prompt": _("Prompt"),
        "model": _("Model"),
        "provider": _("Provider"),
        "late": _("Later than expected"),
        "aspect": _("Aspect ratio"),
        "size": _("Size"),
        "seed": _("Seed"),
        "system": _("System instruction"),
        "temperature": _("Temperature"),
        "thinking": _("Thinking"),
        "search": pgettext("web search", "Search"),
        "image_search": _("Image search"),
        "detail": _("Reference detail"),
        "extra_fields": _("Extra fields"),
        "safety": _("Safety"),
        "words": _("Model reply"),
        "delivered_model": _("Answered by"),
        "request_id": _("Request id"),
        "grounding": _("Search queries"),
        "width": _("Width"),
        "height": _("Height"),
        "bytes": _("Bytes"),
        "media_type": _("File type"),
        "sha256": "SHA-256",
        "created": _("Created"),
        "seconds": _("Seconds"),
        "cost_usd": _("Cost in USD"),
        "cost_basis": _("Cost basis"),
        "warnings": _("Warnings"),
        "draft": _("Draft"),
        "rating": _("Stars"),
        "flag": _("Mark"),
        "tags": _("Tags"),
        "imported": _("Imported from"),
        "settings": _("Embedded settings"),
        "note": _("Note"),
        "trashed": _("In the trash"),
        "drift": _("Changed pixels"),
        "parents": _("Made from"),
        "derived": _("Made here"),
        "answer": _("Answer of a picture made here"),
        "turns": _("Conversation turns"),
        "continues": _("Continues from"),
        "job": _("Job"),
        "run": _("Run"),
        "pictures": _("Pictures"),
        "picks": _("Picks"),
        "trash": _("Trash"),
        "failed": _("Failed"),
        "cost_unknown": _("Pictures of unknown cost"),
        "today_usd": _("Spent today in USD"),
        "month_usd": _("Spent this month in USD"),
        "month_unknown": _("Of unknown cost this month, not included"),
        "month_maybe": _("Failed this month and may have been billed, not included"),
        "days_usd": _("Spent per day this month in USD"),
        "budget_usd": _("Monthly budget in USD"),
        "library": _("Folder"),
    }
