"""Extra fields of a provider: JSON that is merged into generationConfig of its requests.

Fields that the program or the composer controls are refused: otherwise a picture's record would
differ from its request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from studio.common import json_reader
from studio.common.errors import InputError
from studio.common.i18n import _, number
from studio.common.json_reader import JsonMistake

LONGEST = 16 * 1024
"""Limit of the text in bytes."""

DEEPEST = 8
"""Limit of nested brackets, including the outer ones."""

_OBJECTS = frozenset({"imageconfig", "thinkingconfig"})
"""Fields into which the program merges choices of its own."""

_CHOSEN = frozenset(
    {
        "seed",
        "temperature",
        "aspectratio",
        "imagesize",
        "imageconfig.aspectratio",
        "imageconfig.imagesize",
        "thinkinglevel",
        "thinkingconfig.thinkinglevel",
    }
)
"""Fields chosen for each picture."""

_FIXED = frozenset(
    {
        "responsemodalities",
        "candidatecount",
        "responsemimetype",
        "responseschema",
        "responsejsonschema",
        "responseformat",
    }
)
"""Fields without which no picture arrives, or of which only one value makes sense."""

_OUTSIDE = frozenset(
    {
        "generationconfig",
        "contents",
        "systeminstruction",
        "safetysettings",
        "tools",
        "toolconfig",
        "cachedcontent",
        "model",
    }
)
"""Fields of the request itself, outside generationConfig."""

_SECRET = frozenset(
    {"key", "apikey", "authorization", "bearer", "password", "secret", "accesstoken", "xgoogapikey"}
)


def checked(text: str) -> str:
    """The text of valid extra fields without surrounding space; empty for none.

    Raises InputError.
    """
    return text.strip() if parse(text) else ""


def parse(text: str) -> Mapping[str, Any]:
    """The extra fields of a text. Raises InputError with the error and its position."""
    if not text.strip():
        return {}
    if len(text.encode("utf-8", "replace")) > LONGEST:
        raise _refused(
            _("They are larger than {limit} KB.").format(limit=number(LONGEST >> 10)),
            _("Remove some of them."),
        )
    try:
        found = json_reader.strict(text, deepest=DEEPEST)
    except JsonMistake as mistake:
        raise _mistyped(text, mistake) from None
    if not isinstance(found, dict):
        raise _refused(
            _("They are not a JSON object."),
            # Translators: an example of JSON; do not translate it.
            _('Write them in braces, such as: {"topP": 0.9}'),
        )
    _check(found)
    return found


def merge(config: dict[str, Any], text: str) -> None:
    """Merge the extra fields of a text into a request's generationConfig.

    Values of the program take precedence. `thinkingBudget` is left out beside a thinking level,
    because services refuse both together. Raises InputError.
    """
    _merge(config, parse(text))


def _merge(config: dict[str, Any], extra: Mapping[str, Any]) -> None:
    spelled = {_plain(name): name for name in config}
    for name, value in extra.items():
        plain = _plain(name)
        mine = spelled.get(plain)
        if plain == "thinkingbudget" and "thinkinglevel" in spelled:
            continue
        if mine is None:
            config[_camel(name) if plain in _OBJECTS else name] = value
        elif isinstance(config[mine], dict) and isinstance(value, Mapping):
            _merge(config[mine], value)


def _check(found: Mapping[str, Any]) -> None:
    for within, level in _levels(found):
        plain_names: dict[str, str] = {}
        for name in level:
            plain = _plain(name)
            if plain in _SECRET:
                raise _refused(
                    _("{name} looks like a key.").format(name=_shown(name)),
                    _("Remove it; the key has its own field and is sent in a header."),
                )
            if plain in plain_names:
                raise _refused(
                    # Translators: {first} and {second} are two spellings of one name.
                    _("{first} and {second} are the same field.").format(
                        first=_shown(plain_names[plain]), second=_shown(name)
                    ),
                    _("Keep one of them."),
                )
            plain_names[plain] = name
            _check_name(f"{within}{plain}", name)
    for name, value in found.items():
        if _plain(name) in _OBJECTS and not isinstance(value, dict):
            raise _refused(
                # Translators: {name} is a field in JSON.
                _("{name} is not an object.").format(name=_shown(name)),
                _("Write its fields in braces."),
            )


def _levels(found: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every object with its path: "" for the outer one, "imageconfig." for one inside it."""
    yield "", found
    waiting: list[tuple[str, Any]] = [(f"{_plain(n)}.", v) for n, v in found.items()]
    while waiting:
        within, value = waiting.pop()
        if isinstance(value, dict):
            yield within, value
            waiting += [(f"{within}{_plain(n)}.", v) for n, v in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{within}.", one) for one in value]


def _check_name(path: str, name: str) -> None:
    if path in _CHOSEN:
        raise _refused(
            # Translators: {name} is a field in JSON.
            _("{name} is chosen for each picture.").format(name=_shown(name)),
            _("Remove it here, and choose it in the composer."),
        )
    if path in _FIXED:
        raise _refused(
            # Translators: {name} is a field in JSON.
            _("{name} is set by Gridbrush and cannot be changed.").format(name=_shown(name)),
            _("Remove it."),
        )
    if path in _OUTSIDE:
        raise _refused(
            # Translators: {name} is a field in JSON; generationConfig too.
            _("{name} is not a field of generationConfig.").format(name=_shown(name)),
            _("Write only what belongs inside generationConfig."),
        )


def _mistyped(text: str, mistake: JsonMistake) -> InputError:
    if mistake.reason == "duplicate":
        return _refused(
            # Translators: {name} is a field in JSON.
            _("{name} occurs more than once.").format(name=_shown(mistake.words)),
            _("Keep one of them."),
        )
    if mistake.reason == "number":
        return _refused(
            # Translators: {number} is what the user wrote, such as NaN, at {line} and {column}.
            _("Line {line}, column {column}: {number} is not a number that can be sent.").format(
                line=mistake.line, column=mistake.column, number=_shown(mistake.words)
            ),
            _("Write another number, or remove the field."),
        )
    if mistake.reason == "deep":
        return _refused(
            _("They are nested more than {limit} levels deep.").format(limit=number(DEEPEST)),
            _("Remove some of the inner brackets."),
        )
    if mistake.reason == "text":
        return _refused(
            _("They contain characters that cannot be sent."), _("Type the text again.")
        )
    lines = text.split("\n")
    line = lines[mistake.line - 1] if mistake.line <= len(lines) else ""
    if line[mistake.column - 1 : mistake.column] in tuple("“”„‟‘’«»"):
        hint = _('Use straight quotes: "')
    else:
        hint = _("Check quotes, commas and brackets there.")
    return _refused(
        # Translators: {line} and {column} are numbers of the place of the mistake.
        _("Not valid JSON at line {line}, column {column}.").format(
            line=mistake.line, column=mistake.column
        ),
        hint,
    )


def _refused(message: str, hint: str) -> InputError:
    return InputError(_("The extra fields are not valid"), message, hint=hint)


def _shown(name: str) -> str:
    return "".join(sign for sign in name if sign.isprintable())[:60]


def _plain(name: str) -> str:
    """A name in its plainest spelling: "image_config" and "imageConfig" are the same field."""
    return re.sub(r"[\s_-]", "", name).lower()


def _camel(name: str) -> str:
    return {"imageconfig": "imageConfig", "thinkingconfig": "thinkingConfig"}[_plain(name)]
