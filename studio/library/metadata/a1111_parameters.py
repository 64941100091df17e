"""Parser for A1111's text of prompt, negative prompt and settings, which many programs write.

    prompt, of any number of lines
    Negative prompt: the same
    Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 42, Size: 512x768, Model: name

Some programs write all of it on one line, and prompts may contain the same words: the settings are
the last part that looks like settings to its end. See `parse_generation_parameters` in the web UI's
`modules/infotext_utils.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from studio.common import foreign_json, json_reader

LONGEST: Final = 20_000
"""Limit of a prompt in characters."""

_SETTINGS: Final = 50_000
"""Limit of the settings in characters."""

_FEWEST: Final = 2
"""Minimum number of settings after "Steps:" if nothing else identifies them as settings."""

_PLACES: Final = 20
"""Number of candidates tried for the beginning of the settings."""

_STEPS: Final = re.compile(r"\bSteps:[ \t]*\d+(?=[ \t]*(?:,|\||\r?\n|$))")
_LOOSE_STEPS: Final = re.compile(r"^Steps:\s*\d", re.MULTILINE)
_NEGATIVE: Final = re.compile(r"^[ \t]*Negative [pP]rompt:[ \t]*", re.MULTILINE)
_INLINE_NEGATIVE: Final = re.compile(r"(?<!\w)Negative prompt:[ \t]*")
_NAME: Final = re.compile(r"[ \t]*([^\W_][\w \-/().+&']{0,59}?):[ \t]*")
_QUOTED: Final = re.compile(r'"(?:\\.|[^\\"])*"', re.DOTALL)
_SIMPLE: Final = re.compile(r"[^,\n|]*")
_KNOWN: Final = frozenset({
    "steps", "sampler", "schedule type", "scheduler", "cfg scale", "distilled cfg scale", "seed",
    "size", "model", "model hash", "version", "denoising strength", "clip skip", "vae", "vae hash",
    "guidance scale", "parser", "app", "backend", "operations", "pipeline", "module 1",
    "created date", "hires upscale", "hires upscaler", "hires steps", "seed mode",
    "face restoration", "variation seed", "ensd", "rng", "hashes", "lora hashes", "performance",
    "resolution", "refiner", "base model", "civitai resources",
})  # fmt: skip
"""Names of settings, in lower case."""


class A1111Parameters(NamedTuple):
    """The parts of an A1111 text."""

    prompt: str
    negative: str
    settings: dict[str, str]

    @property
    def model(self) -> str:
        """Name of the model, which Civitai lists among other resources."""
        return self.settings.get("Model") or _listed_model(
            self.settings.get("Civitai resources", "")
        )


def looks_like(text: str) -> bool:
    """Whether a text has settings or a negative prompt in this format."""
    return _settings_begin(text) is not None or _NEGATIVE.search(text) is not None


def parsed(text: str) -> A1111Parameters:
    """The parts of a text; all of it is the prompt if no others are found."""
    text = text.replace("\r\n", "\n")
    begin = _settings_begin(text)
    head, tail = (text, "") if begin is None else (text[:begin], text[begin:])
    negative = _NEGATIVE.search(head)
    if negative is None and begin is not None:
        negative = _INLINE_NEGATIVE.search(head)
    prompt = head if negative is None else head[: negative.start()]
    rest = "" if negative is None else head[negative.end() :]
    return A1111Parameters(prompt.strip(), rest.strip(), dict(_pairs(tail)))


def _settings_begin(text: str) -> int | None:
    """Index of the first character of the settings, if there are any."""
    text_end = len(text.rstrip())
    lines: set[int] = set()
    for match in reversed(list(_STEPS.finditer(text))[-_PLACES:]):
        tail = text[match.start() : text_end]
        if _is_quoted(tail):
            continue
        line = text.rfind("\n", 0, match.start()) + 1
        alone = not text[line : match.start()].strip()
        if not alone and line not in lines:
            lines.add(line)
            if _is_settings(text[line:text_end]):
                return line
        names = [name.lower() for name, _value in _pairs(tail)]
        known = sum(name in _KNOWN for name in names)
        if known >= (_FEWEST if alone else _FEWEST + 1) and known * 2 >= len(names):
            return match.start()
        if alone and _NEGATIVE.search(text, 0, match.start()) and len(names) == 1:
            return match.start()
        if alone and len(names) > _FEWEST:
            return match.start()
    return _last_line(text[:text_end])


def _last_line(text: str) -> int | None:
    """Index of the last line, if it has settings that do not begin with "Steps:"."""
    begin = text.rfind("\n") + 1
    line = text[begin:]
    if len(line) < _SETTINGS and _is_settings(line):
        return begin
    # A text this long is more than a prompt, so a looser pattern finds the settings.
    loose = _LOOSE_STEPS.search(text) if len(text) > LONGEST else None
    return loose.start() if loose is not None else None


def _is_settings(line: str) -> bool:
    """Whether a line has only settings, in any order."""
    names = [name.lower() for name, _value in _pairs(line)]
    known = sum(name in _KNOWN for name in names)
    return known > _FEWEST and names[0] in _KNOWN and line.lstrip().lower().startswith(names[0])


def _is_quoted(tail: str) -> bool:
    """Whether a tail begins within quotes: an odd number of quotes follows."""
    return tail.replace("\\\\", "").replace('\\"', "").count('"') % 2 == 1


def _pairs(tail: str) -> Iterator[tuple[str, str]]:
    """Names and values; duplicate names are skipped."""
    tail = tail[:_SETTINGS]
    seen: set[str] = set()
    at = 0
    while at < len(tail):
        match = _NAME.match(tail, at)
        if match is None:
            at = _SIMPLE.match(tail, at).end() + 1  # type: ignore[union-attr]
            continue
        value, at = _value(tail, match.end())
        name = match[1].strip()
        if name not in seen and value:
            seen.add(name)
            yield name, value
        at += 1


def _value(tail: str, at: int) -> tuple[str, int]:
    """The value that begins at an index, and its end."""
    if (quoted := _QUOTED.match(tail, at)) is not None:
        end = quoted.end()
        if end == len(tail) or tail[end] in ",\n|":
            return _unquoted(quoted[0]), end
    if tail[at : at + 1] in ("[", "{") and (end := _balanced(tail, at)) > at:
        return tail[at:end].strip(), end
    simple = _SIMPLE.match(tail, at)
    assert simple is not None
    return simple[0].strip(), simple.end()


def _unquoted(quoted: str) -> str:
    try:
        return str(json_reader.plain(quoted)).strip()
    except json_reader.NotUnderstood:
        return quoted[1:-1].strip()


_BRACKET: Final = re.compile(r'["\[\]{}]')
_MOST_BRACKETS: Final = 5000


def _balanced(text: str, at: int) -> int:
    """End of the JSON that begins at an index; `at` if it has none."""
    begin, depth = at, 0
    for _number in range(_MOST_BRACKETS):
        if (match := _BRACKET.search(text, at)) is None:
            break
        if match[0] == '"':
            quoted = _QUOTED.match(text, match.start())
            if quoted is None:
                break
            at = quoted.end()
            continue
        depth += 1 if match[0] in "[{" else -1
        at = match.end()
        if depth == 0:
            return at if at == len(text) or text[at] in ",\n|" else begin
    return begin


def _listed_model(listed: str) -> str:
    try:
        resources: Any = foreign_json.forgiving(listed) if listed else []
    except json_reader.NotUnderstood:
        return ""
    for one in resources if isinstance(resources, list) else []:
        if isinstance(one, dict) and one.get("type") in ("checkpoint", "model"):
            return str(one.get("modelName") or "")
    return ""
