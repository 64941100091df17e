"""Grammar of prompts: `{a | b}` makes variants, `#` lines are notes that are not sent.

    {dusk | dawn}      a group: it has at least one `|` at its own level; groups nest
    {"json": true}     braces without a bar of their own are text
    \\{  \\|  \\}         a brace or a bar that is text
    # a note           a line that starts with # is not sent

A prompt has all combinations as variants, in reading order. Offsets count code points of the prompt
as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from operator import attrgetter

from studio.common import i18n
from studio.common.errors import InputError
from studio.common.i18n import _, ngettext

MOST = 256
"""Limit of pictures of a run."""

_TOKEN = re.compile(r"\\[{|}]|[{|}]")
_NOTE = re.compile(r"^#[^\n]*\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Span:
    """Code points `start` to `end` of the prompt."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class VariantGroup:
    """Position of a `{a | b}` with its braces and bars."""

    start: int
    end: int
    separators: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedPrompt:
    """A parsed prompt, for the colours of the editor.

    Attributes:
        groups: groups in reading order.
        comments: lines that are not sent.
        warnings: lone braces, which are sent as written, and empty parts of groups.
        count: number of its variants.
    """

    groups: tuple[VariantGroup, ...]
    comments: tuple[Span, ...]
    warnings: tuple[Span, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Variant:
    """A prompt to send, and the alternative it takes from each group."""

    prompt: str
    words: str = ""


_Sequence = list["str | _Choice"]


@dataclass(slots=True)
class _Choice:
    parts: list[_Sequence]


@dataclass(slots=True)
class _OpenBrace:
    """A brace that is not closed yet."""

    start: int
    bars: list[int] = field(default_factory=list)
    parts: list[_Sequence] = field(default_factory=lambda: [[]])


@dataclass(slots=True)
class _PromptParser:
    whole: _Sequence
    groups: list[VariantGroup]
    comments: list[Span]
    warnings: list[Span]


def parse(prompt: str) -> ParsedPrompt:
    """Parse a prompt; fast enough for every keystroke."""
    reading = _read(prompt)
    # Groups are found when they close, but listed in the order in which they open.
    return ParsedPrompt(
        groups=tuple(sorted(reading.groups, key=attrgetter("start"))),
        comments=tuple(reading.comments),
        warnings=tuple(sorted(reading.warnings, key=attrgetter("start"))),
        count=_count(reading.whole),
    )


def count(prompt: str) -> int:
    """Number of variants, without expanding them."""
    return _count(_read(prompt).whole)


def expand(prompt: str) -> tuple[str, ...]:
    """The prompts to send. Raises InputError if there are more than a run may have."""
    return tuple(variant.prompt for variant in variants(prompt))


def escaped(text: str) -> str:
    """A text that expands to itself in the middle of a prompt, unless it begins with "#"."""
    return re.sub(r"[{|}]", r"\\\g<0>", text)


def variants(prompt: str) -> tuple[Variant, ...]:
    """The prompts to send, with the alternatives of each ("blue hour"). Raises InputError."""
    whole = _read(prompt).whole
    number = _count(whole)
    if number > MOST:
        if number < 1_000_000:
            words = ngettext(
                "The prompt makes {number} variant; the limit per run is {most}.",
                "The prompt makes {number} variants; the limit per run is {most}.",
                number,
            )
        else:
            words = _("The prompt makes millions of variants; the limit per run is {most}.")
        raise InputError(
            _("Too many pictures at once"),
            words.format(number=i18n.number(number), most=i18n.number(MOST)),
            hint=_("Remove some {a | b} groups."),
        )
    return tuple(
        Variant(text.strip(), ", ".join(name for name in names if name))
        for text, names in _expanded(whole)
    )


def _read(prompt: str) -> _PromptParser:
    reading = _PromptParser([], [], [], [])
    open_braces: list[_OpenBrace] = []
    position = 0
    notes = [Span(*found.span()) for found in _NOTE.finditer(prompt)]
    reading.comments.extend(notes)
    for token in _tokens(prompt, notes):
        target = open_braces[-1].parts[-1] if open_braces else reading.whole
        target.extend(_text(prompt, position, token.start(), notes))
        position = token.end()
        mark = token[0]
        if len(mark) == 2:
            target.append(mark[1])
        elif mark == "{":
            open_braces.append(_OpenBrace(token.start()))
        elif mark == "|" and open_braces:
            open_braces[-1].bars.append(token.start())
            open_braces[-1].parts.append([])
        elif mark == "}" and open_braces:
            _close(open_braces.pop(), token.start(), open_braces, reading)
        else:
            target.append(mark)
            if mark == "}":
                reading.warnings.append(Span(token.start(), token.end()))
    target = open_braces[-1].parts[-1] if open_braces else reading.whole
    target.extend(_text(prompt, position, len(prompt), notes))
    # Lone braces end with the next one inside them: outermost first is the order of the text.
    for lone in open_braces:
        reading.warnings.append(Span(lone.start, lone.start + 1))
        reading.whole.extend(_as_text(lone))
    return reading


def _tokens(prompt: str, notes: list[Span]) -> Iterator[re.Match[str]]:
    rest = iter(notes)
    note = next(rest, None)
    for token in _TOKEN.finditer(prompt):
        while note is not None and note.end <= token.start():
            note = next(rest, None)
        if note is None or token.start() < note.start:
            yield token


def _text(prompt: str, start: int, end: int, notes: list[Span]) -> Iterator[str]:
    for note in notes:
        if start <= note.start < end:
            if note.start > start:
                yield prompt[start : note.start]
            start = note.end
    if start < end:
        yield prompt[start:end]


def _close(
    done: _OpenBrace, end: int, open_braces: list[_OpenBrace], reading: _PromptParser
) -> None:
    target = open_braces[-1].parts[-1] if open_braces else reading.whole
    if not done.bars:
        inner = done.parts[0]
        # One string instead of many, so that nested braces are not copied at every level.
        plain = [one for one in inner if isinstance(one, str)]
        target.extend(
            ["{", *inner, "}"] if len(plain) < len(inner) else ["{" + "".join(plain) + "}"]
        )
        return
    reading.groups.append(VariantGroup(done.start, end + 1, tuple(done.bars)))
    edges = [done.start, *done.bars, end]
    for before, after, part in zip(edges, edges[1:], done.parts, strict=False):
        _trim(part)
        if not part:
            reading.warnings.append(Span(before, after + 1))
    target.append(_Choice(done.parts))


def _as_text(brace: _OpenBrace) -> Iterator[str | _Choice]:
    yield "{"
    for number, part in enumerate(brace.parts):
        if number:
            yield "|"
        yield from part


def _trim(part: _Sequence) -> None:
    """Strip whitespace from both ends of an alternative."""
    while part and isinstance(first := part[0], str):
        if text := first.lstrip():
            part[0] = text
            break
        del part[0]
    while part and isinstance(last := part[-1], str):
        if text := last.rstrip():
            part[-1] = text
            break
        del part[-1]


def _count(sequence: _Sequence) -> int:
    """Number of variants, computed from the inside out; iterative, as braces may nest deeply."""
    totals: dict[int, int] = {}
    waiting: list[tuple[_Choice, bool]] = [(c, False) for c in sequence if isinstance(c, _Choice)]
    while waiting:
        choice, ready = waiting.pop()
        inner = [c for part in choice.parts for c in part if isinstance(c, _Choice)]
        if inner and not ready:
            waiting.append((choice, True))
            waiting.extend((c, False) for c in inner)
            continue
        totals[id(choice)] = sum(_product(part, totals) for part in choice.parts)
    return _product(sequence, totals)


def _product(sequence: _Sequence, totals: dict[int, int]) -> int:
    number = 1
    for one in sequence:
        if isinstance(one, _Choice):
            # Above the limit the exact number does not matter, and must not grow without bound.
            number = min(number * totals[id(one)], 10**9)
    return number


def _expanded(sequence: _Sequence) -> Iterator[tuple[str, tuple[str, ...]]]:
    columns = [
        [(one, "")] if isinstance(one, str) else [(text, text) for text in _chosen(one)]
        for one in sequence
    ]
    for row in product(*columns):
        yield "".join(text for text, _name in row), tuple(name for _text, name in row)


def _chosen(choice: _Choice) -> Iterator[str]:
    for part in choice.parts:
        for text, _names in _expanded(part):
            yield text
