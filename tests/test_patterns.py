"""Regular expressions keep to what every Python from 3.11.2 on matches rightly, and read text once.

Python 3.11.2 takes a backtracking group under a possessive quantifier one character too far, and a
whole answer looked cut. Possessive quantifiers and atomic groups stay out; this is read from the
patterns themselves, so it bites on any Python.

A search holds the interpreter until it ends, and the window waits. One that begins with an
unbounded repeat reads a long run again from each of its characters: 256 KB of backslashes took
minutes. Such a repeat is the whole pattern, bounded, or begins where its run begins (a lookbehind).
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from tests.source_files import modules, nodes, parsed, text_of

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [path for folder in ("studio", "packaging") for path in modules(ROOT / folder)]
REFUSED = {_constants.POSSESSIVE_REPEAT, _constants.ATOMIC_GROUP}
# A piece of a pattern that cannot be parsed by itself, as between the braces of an f-string.
BY_SIGHT = re.compile(r"(?<!\\)[*+?}]\+|\(\?>")


def refused(pattern: str | bytes) -> bool:
    """Whether a pattern has what Python 3.11.2 gets wrong."""
    try:
        parsed = _parser.parse(pattern)
    except (re.error, ValueError, OverflowError):
        text = pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern
        return BY_SIGHT.search(text) is not None
    return any(op in REFUSED for op in operators(parsed))


def operators(parsed: Any) -> Iterator[Any]:
    """Every operator of a parsed pattern, those inside groups too."""
    if isinstance(parsed, _parser.SubPattern):
        for operator, argument in parsed:
            yield operator
            yield from operators(argument)
    elif isinstance(parsed, (tuple, list)):
        for part in parsed:
            yield from operators(part)


def begins_with_re(node: ast.expr) -> bool:
    """Whether an expression begins with `re.`."""
    inner = node
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        inner = node
        node = node.func if isinstance(node, ast.Call) else node.value
    return isinstance(inner, ast.Attribute) and isinstance(node, ast.Name) and node.id == "re"


def patterns(source: str) -> Iterator[tuple[int, str | bytes]]:
    """Line and text of every string that goes into a function of `re`, under a name or not."""
    if not re.search(r"\bre\b", source):
        return
    tree = parsed(source)
    asked = [
        argument
        for node in nodes(tree)
        if isinstance(node, ast.Call) and begins_with_re(node.func)
        for argument in node.args
    ]
    names = {node.id for one in asked for node in ast.walk(one) if isinstance(node, ast.Name)}
    for node in nodes(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id in names for target in targets):
                asked.append(node.value)
    for node in [inner for one in asked for inner in ast.walk(one)]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            yield node.lineno, node.value


def test_no_pattern_of_the_program_is_possessive_or_atomic() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {pattern!r}"
        for path in SOURCES
        for line, pattern in patterns(text_of(path))
        if refused(pattern)
    ]
    assert found == []


@pytest.mark.parametrize(
    "pattern", [r"a++", r"(?:ab)*+c", rb"x{0,5}+", r"(?>ab|a)c", r"((a?+))", r"(unclosed++", r"b?+"]
)
def test_each_kind_of_it_is_seen(pattern: str | bytes) -> None:
    assert refused(pattern)


@pytest.mark.parametrize("pattern", [r"a\++", r"[+*]+", r"\d+(?:\+\d+)?", rb"[^+]+\+", "Ctrl+"])
def test_a_plus_sign_is_not(pattern: str | bytes) -> None:
    assert not refused(pattern)


@pytest.mark.parametrize(
    "source",
    [
        'import re\nA = re.compile(rb"a++")',
        'import re\n_SIGNS = "[a-z]++"\nA = re.compile(f"x{_SIGNS}")',
        'import re\ndef look(text: str) -> object:\n    return re.sub("(?:a|b)*+", "", text)',
        'import re\nWORD: Final = r"(?>a)"\nA = re.search("b" + WORD, "")',
    ],
)
def test_a_pattern_is_found_wherever_it_is_written(source: str) -> None:
    assert any(refused(pattern) for _line, pattern in patterns(source))


def test_prose_is_no_pattern() -> None:
    source = '"""C++ libraries."""\nimport re\nA = re.compile("a+")\nKEYS = ("Ctrl++",)\n'
    assert [pattern for _line, pattern in patterns(source)] == ["a+"]


SEARCHING = {"search", "sub", "subn", "finditer", "findall", "split"}
SHORT_TEXTS = {
    ("studio.generation.partial_json", "_HALF_WORD"): "looks at the last 64 characters",
    ("studio.library.index.search_language", "_SPLIT"): "the words that somebody searches for",
}
"""Patterns that may begin with a repeat, and why: their texts are short."""

AT_PLACES = (_constants.AT, _constants.ASSERT, _constants.ASSERT_NOT)
LONG = 1000
"""Repeats from which on a repeat counts as unbounded."""


def reads_again(parsed: Any, *, followed: bool = False) -> bool:
    """Whether a match may begin with an unbounded repeat that something must follow."""
    items = list(parsed)
    for number, (operator, argument) in enumerate(items):
        rest = parsed[number + 1 :]
        more = followed or rest.getwidth()[0] > 0 or any(one[0] in AT_PLACES for one in rest)
        if operator in (_constants.ASSERT, _constants.ASSERT_NOT) and argument[0] > 0:
            continue
        if operator is _constants.AT or (
            operator in (_constants.ASSERT, _constants.ASSERT_NOT) and argument[0] < 0
        ):
            return False
        if operator in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
            least, most, inner = argument
            if (most > LONG and more) or reads_again(inner, followed=more):
                return True
            if least == 0:
                continue
        elif operator is _constants.SUBPATTERN:
            return reads_again(argument[-1], followed=more)
        elif operator is _constants.BRANCH:
            return any(reads_again(one, followed=more) for one in argument[1])
        return False
    return False


def searched() -> Iterator[tuple[str, str, re.Pattern[str] | re.Pattern[bytes]]]:
    """Module, name and value of the patterns that texts are searched with, but for the window's."""
    for path in SOURCES:
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if not module.startswith("studio.") or module.startswith("studio.ui."):
            continue
        for node in nodes(parsed(text_of(path))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in SEARCHING
                and isinstance(node.func.value, ast.Name)
                and isinstance(
                    found := getattr(importlib.import_module(module), node.func.value.id, None),
                    re.Pattern,
                )
            ):
                yield module, node.func.value.id, found


def test_no_search_reads_a_run_of_characters_again_and_again() -> None:
    known = list(searched())
    assert len(known) > 80
    found = {
        f"{module}.{name}: {pattern.pattern!r}"
        for module, name, pattern in known
        if (module, name) not in SHORT_TEXTS and reads_again(_parser.parse(pattern.pattern))
    }
    assert found == set()


def test_every_exception_is_one() -> None:
    begins_so = {
        (module, name)
        for module, name, pattern in searched()
        if reads_again(_parser.parse(pattern.pattern))
    }
    assert set(SHORT_TEXTS) <= begins_so


@pytest.mark.parametrize(
    "pattern",
    [r"\\+/", r"a*b", r"(?:\s+|x)y", r"x?\s*y", r"\w{5,}:", r"(?=\d)\d+x", r"(\s*)\(", b"a+$"],
)
def test_a_repeat_that_is_read_again_is_seen(pattern: str | bytes) -> None:
    assert reads_again(_parser.parse(pattern))


@pytest.mark.parametrize(
    "pattern", [r"(?<!\\)\\+/", r"\s+", r"a|\d+", r"^\s*x", r"a\s*b", r"\s{0,8}x", r"(?:\w+)"]
)
def test_a_repeat_that_is_read_once_is_not(pattern: str) -> None:
    assert not reads_again(_parser.parse(pattern))
