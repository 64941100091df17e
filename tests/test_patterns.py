"""Regular expressions keep to what every Python from 3.11.2 on matches rightly.

Python 3.11.2 takes a backtracking group under a possessive quantifier one character too far, and a
whole answer looked cut. Possessive quantifiers and atomic groups stay out; this is read from the
patterns themselves, so it bites on any Python.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [
    path for folder in ("studio", "packaging") for path in sorted((ROOT / folder).rglob("*.py"))
]
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


def patterns(source: str) -> Iterator[tuple[int, str | bytes]]:
    """Line and text of every string that goes into a function of `re`, under a name or not."""
    tree = ast.parse(source)
    asked = [
        argument
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.")
        for argument in node.args
    ]
    names = {node.id for one in asked for node in ast.walk(one) if isinstance(node, ast.Name)}
    for node in ast.walk(tree):
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
        for line, pattern in patterns(path.read_text(encoding="utf-8"))
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
