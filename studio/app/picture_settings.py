"""Settings of pictures as readable text, and as JSON for other programs.

Never included: keys, folders, prices, and the user's extra request fields, which may be private.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from studio.common import json_reader
from studio.common.i18n import _, short_number
from studio.domain.entities import MADE_WITH, Advanced, Picture, Role
from studio.domain.request_fields import thinking_word


def as_text(pictures: Sequence[Picture]) -> str:
    """A line for each setting, with its name; an empty line between pictures."""
    return "\n\n".join("\n".join(_lines(one)) for one in pictures)


def _lines(picture: Picture) -> Iterator[str]:
    chosen = picture.advanced or Advanced()
    rows = (
        (_("Prompt"), picture.source_prompt or picture.prompt),
        (_("Model"), picture.model),
        (_("Aspect ratio"), picture.asked_aspect),
        (_("Size"), picture.asked_size),
        (_("Seed"), "" if picture.seed is None else str(picture.seed)),
        (_("Temperature"), "" if chosen.temperature is None else short_number(chosen.temperature)),
        (_("Thinking"), thinking_word(chosen.thinking)),
        (_("Instruction"), chosen.system.strip()),
        *(
            (_("Made with") if name == MADE_WITH else name, value)
            for name, value in picture.settings
        ),
        (_("References"), ", ".join(one["name"] for one in _references(picture) if one["name"])),
    )
    for label, value in rows:
        if value:
            # Translators: the {label} and {value} of a setting, such as "Seed: 7".
            yield _("{label}: {value}").format(label=label, value=value)


def as_json(pictures: Sequence[Picture]) -> str:
    """Names and values as in the metadata of an export: an object, or a list for several."""
    found = [_facts(picture) for picture in pictures]
    return json_reader.encode(found[0] if len(found) == 1 else found).decode()


def _facts(picture: Picture) -> dict[str, Any]:
    chosen = picture.advanced or Advanced()
    facts: dict[str, Any] = {
        "prompt": picture.prompt,
        "source_prompt": picture.source_prompt,
        "model": picture.model,
        "provider": picture.profile,
        "aspect": picture.asked_aspect,
        "size": picture.asked_size,
        "seed": picture.seed,
        "system": chosen.system,
        "temperature": chosen.temperature,
        "thinking": chosen.thinking,
        "settings": dict(picture.settings),
        "references": _references(picture),
    }
    return {name: value for name, value in facts.items() if value not in (None, "", [], {})}


def _references(picture: Picture) -> list[dict[str, str]]:
    return [
        {"role": one.role.value, "name": one.name}
        for one in picture.parents
        if one.role not in (Role.MASK, Role.ANSWER)
    ]


def has_settings(picture: Picture) -> bool:
    """Whether anything is known about how a picture was made."""
    return bool(picture.prompt or picture.model or picture.settings)
