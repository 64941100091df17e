"""Source files of the program, each read, parsed and walked once in a process.

Tests that look through the whole program share them: to parse it takes seconds, and to walk its
trees as long. `tests/scheduling.py` gives those tests to one process. Nobody may change a tree.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

STUDIO = Path(__file__).resolve().parent.parent / "studio"


@cache
def modules(folder: Path = STUDIO) -> tuple[Path, ...]:
    """Modules below a folder, by name."""
    return tuple(sorted(folder.rglob("*.py")))


@cache
def text_of(path: Path) -> str:
    """Source of a module."""
    return path.read_text("utf-8")


def texts(folder: Path = STUDIO) -> Iterator[tuple[str, str]]:
    """Name below the folder and source of each module there."""
    for path in modules(folder):
        yield path.relative_to(folder).as_posix(), text_of(path)


def texts_with(*words: str, folder: Path = STUDIO) -> Iterator[tuple[str, str]]:
    """Name and source of the modules that have one of these words."""
    for name, text in texts(folder):
        if any(word in text for word in words):
            yield name, text


@cache
def parsed(source: str) -> ast.Module:
    """Syntax tree of a source."""
    return ast.parse(source)


@cache
def nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    """All nodes of a tree, in the order of `ast.walk`."""
    return tuple(ast.walk(tree))


@cache
def nodes_by_function(tree: ast.AST) -> tuple[tuple[str, ast.AST], ...]:
    """All nodes of a tree, each after the name of the innermost function that it stands in."""
    found: list[tuple[str, ast.AST]] = []

    def add(node: ast.AST, name: str) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            name = node.name
        found.append((name, node))
        for child in ast.iter_child_nodes(node):
            add(child, name)

    add(tree, "")
    return tuple(found)


def dotted(node: ast.AST) -> str:
    """`sys.stdout.write`, for a name with attributes; "" for all else."""
    names = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join((node.id, *reversed(names)))
