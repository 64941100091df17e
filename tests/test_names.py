"""Names say what a thing is: a public class name occurs once, a public verb has an object.

Read from the source, so that the next class called `Found` is a find.
"""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.source_files import modules, parsed, text_of

ROOT = Path(__file__).resolve().parents[1]

BARE = frozenset(
    (
        "act", "among", "ask", "begin", "follow", "forget", "give", "go", "gone", "hear", "keep",
        "let", "look", "offer", "over", "put", "say", "see", "settle", "take", "tell", "told",
        "want",
    )
)  # fmt: skip
"""Verbs that say nothing without their object: `show_message`, not `tell`."""

OLD_WORDS = frozenset(
    (
        "arrivals", "asking", "bringing", "browsing", "budgeting", "chosen", "composing", "doings",
        "dragging", "endings", "folding", "furnishing", "garbage", "gather", "handover", "hearing",
        "kinds", "lane", "lanes", "listening", "looking", "making", "mending", "nothing", "offers",
        "parts", "patience", "portions", "recall", "reception", "repeats", "rereading",
        "room", "rota", "rounds", "running", "said", "selected", "shelf", "shelves", "shelving",
        "spans", "strokes", "talking", "turns", "upkeep", "watching",
    )
)  # fmt: skip
"""Names of files in the private vocabulary of the first layout."""

CLASS = re.compile(r"^[ \t]*class (\w+)", re.MULTILINE)


@cache
def sources(top: str) -> tuple[tuple[str, ast.Module], ...]:
    return tuple(
        (str(path.relative_to(ROOT)), parsed(text_of(path))) for path in modules(ROOT / top)
    )


def within(node: ast.AST) -> Iterator[ast.AST]:
    """The definitions of a module or class, whatever `if` or `try` they stand in."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield from within(child)


def classes(module: ast.Module) -> Iterator[str]:
    """Public classes of a module; those within a function are its own business."""
    for node in within(module):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.name


def bare_verbs(module: ast.Module) -> Iterator[str]:
    for node in within(module):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name in BARE:
            yield node.name


def defined_twice(modules: Iterable[tuple[str, ast.Module]]) -> dict[str, list[str]]:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for path, module in modules:
        for name in classes(module):
            places[name].append(path)
    return {name: found for name, found in places.items() if len(found) > 1}


def may_define_twice(files: Iterable[Path]) -> Iterator[Path]:
    """Files with a class whose name is written after `class` more than once."""
    names = {path: CLASS.findall(text_of(path)) for path in files}
    count = Counter(name for found in names.values() for name in found)
    return (path for path, found in names.items() if any(count[name] > 1 for name in found))


@pytest.mark.parametrize("top", ["studio", "tests"])
def test_a_public_class_name_is_defined_once(top: str) -> None:
    files = may_define_twice(modules(ROOT / top))
    assert defined_twice((str(path), parsed(text_of(path))) for path in files) == {}


def test_a_public_verb_says_what_it_does_to_what() -> None:
    found = {(path, verb) for path, module in sources("studio") for verb in bare_verbs(module)}
    assert found == set()


@pytest.mark.parametrize("top", ["studio", "tests"])
def test_no_file_is_named_in_the_old_words(top: str) -> None:
    names = {path.stem.removeprefix("test_") for path in modules(ROOT / top)}
    assert names & OLD_WORDS == set()


def test_what_is_looked_for_is_found(tmp_path: Path) -> None:
    module = ast.parse(
        "class A:\n    if True:\n        def take(self): ...\n"
        "if True:\n    class B: ...\ndef tell(): ..."
    )
    assert list(classes(module)) == ["A", "B"]
    assert list(bare_verbs(module)) == ["take", "tell"]
    assert defined_twice([("a.py", module), ("b.py", module)]).keys() == {"A", "B"}
    files = [tmp_path / f"{name}.py" for name in "abc"]
    for path, name in zip(files, ("A", "A", "B"), strict=True):
        path.write_text(f"if True:\n    class {name}(Base): ...\n")
    assert list(may_define_twice(files)) == files[:2]
    inner = ast.parse("def f():\n    class A: ...\n    def take(): ...\nclass _A: ...")
    assert (list(classes(inner)), list(bare_verbs(inner))) == ([], [])
