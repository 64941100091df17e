"""The libraries below the connection are used through what they publish, and changed nowhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.source_files import nodes, parsed, texts

LIBRARIES = ("anyio", "h11", "httpcore", "httpx", "qasync")

ALLOWED = {("ui/app/event_loop.py", "_run")}
"""Of asyncio's handles, which any loop has to run."""


def _private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _library(statement: ast.ImportFrom) -> bool:
    return statement.level == 0 and (statement.module or "").partition(".")[0] in LIBRARIES


def _imported(tree: ast.Module) -> set[str]:
    """The names a module has for the libraries and for what it imports from them."""
    names = set()
    for one in nodes(tree):
        if isinstance(one, ast.Import):
            for alias in one.names:
                if alias.name.partition(".")[0] in LIBRARIES:
                    names.add(alias.asname or alias.name.partition(".")[0])
        elif isinstance(one, ast.ImportFrom) and _library(one):
            names |= {alias.asname or alias.name for alias in one.names}
    return names


def _private_modules(tree: ast.Module) -> Iterator[str]:
    """Private modules and names in the imports from the libraries."""
    for one in nodes(tree):
        if isinstance(one, ast.ImportFrom) and _library(one):
            paths = [[*(one.module or "").split("."), *(alias.name for alias in one.names)]]
        elif isinstance(one, ast.Import):
            paths = [alias.name.split(".") for alias in one.names]
        else:
            continue
        for path in paths:
            if path[0] in LIBRARIES:
                yield from (part for part in path if _private(part))


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _faults(source: str) -> set[str]:
    """Private attributes that are read or set, and attributes of a library that are replaced."""
    if not any(library in source for library in LIBRARIES):
        return set()
    tree = parsed(source)
    names = _imported(tree)
    if not names:
        return set()
    found = set(_private_modules(tree))
    for one in nodes(tree):
        if not isinstance(one, ast.Attribute):
            continue
        own = ast.unparse(one.value) in ("self", "cls", "super()")
        replaced = not isinstance(one.ctx, ast.Load) and _root(one) in names
        # An object of a library may have any name here: only what is ours may be private.
        if replaced or (_private(one.attr) and not own):
            found.add(one.attr)
    return found


def test_nothing_private_of_a_library_is_touched_and_nothing_public_replaced() -> None:
    found = {(file, name) for file, source in texts() for name in _faults(source)}
    assert found == ALLOWED


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("import httpcore\nhttpcore.AsyncHTTP11Connection.READ_NUM_BYTES = 1", "READ_NUM_BYTES"),
        ("import httpcore\nhttpcore._synchronization.x()", "_synchronization"),
        ("import httpx\nway = httpx.AsyncHTTPTransport()\nway._pool = 1", "_pool"),
        ("import httpx as h\nprint(h.Client()._transport)", "_transport"),
        ("from httpcore import AsyncConnectionPool as P\nP.connections = 1", "connections"),
        ("from httpcore._async.http11 import AsyncHTTP11Connection", "_async"),
        ("import anyio._backends", "_backends"),
    ],
)
def test_the_guard_sees_it(source: str, fault: str) -> None:
    assert fault in _faults(source)


def test_what_is_ours_may_be_private() -> None:
    assert not _faults("import httpx\nclass A(httpx.B):\n  def f(self):\n    self._x = httpx.C()")
