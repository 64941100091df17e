"""What records a change of the user is awaited at the end of the program, never cancelled.

`tasks.spawn` has `records=True` for that. Coroutines are followed through the methods and functions
of their own module, not through callbacks: those are spawned where they are called.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.source_files import STUDIO, dotted, modules, nodes, parsed, text_of

OPERATIONS = {
    "library": "library/facade.py",
    "choosing": "library/operations/choosing.py",
    "collections": "library/operations/collections.py",
}
"""Modules whose methods record changes, by the attribute under which they are called."""

BY_NAME = {"forget_prompt", "change_presets", "recompose"}
"""Other functions that record changes, called in no other sense."""

OWNED = {"queue": {"dismiss"}, "file": {"save"}}
"""Other methods that record changes, by the attribute under which they are called."""

WAITS_FOR_USER = {"tasks.finished", ".finished", "file_dialogs.chosen"}
"""Functions that return when the user has closed a dialog."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions_of(tree: ast.Module) -> dict[str, Function]:
    """Functions and methods of a module by name, without those within others."""
    bodies = [tree.body, *(node.body for node in nodes(tree) if isinstance(node, ast.ClassDef))]
    return {node.name: node for body in bodies for node in body if isinstance(node, Function)}


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Nodes that run with a function, without those of functions defined in it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, Function):
            yield child
            yield from own_nodes(child)


def reached(node: ast.AST, functions: dict[str, Function]) -> set[str]:
    """All that is named by a piece of code and the functions of its module that it names."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = [node]
    while waiting:
        for one in own_nodes(waiting.pop()):
            name = ""
            if isinstance(one, ast.Attribute):
                owner = dotted(one.value) or dotted(getattr(one.value, "func", one.value))
                found.add(f"{owner.rpartition('.')[2].strip('_')}.{one.attr}")
                name = one.attr if owner == "self" else ""
            elif isinstance(one, ast.Name):
                found.add(f".{one.id}")
                name = one.id
            if name in functions and name not in seen:
                seen.add(name)
                waiting.append(functions[name])
    return found


@cache
def recorders() -> dict[str, set[str]]:
    """Names of the methods that record changes, by the attribute under which they are called."""
    found = {owner: set(names) for owner, names in OWNED.items()}
    for owner, module in OPERATIONS.items():
        functions = functions_of(parsed(text_of(STUDIO / module)))
        found[owner] = {
            name
            for name, function in functions.items()
            if isinstance(function, ast.AsyncFunctionDef)
            and any(one.startswith("edits.") for one in reached(function, functions))
        }
    return found


def records(names: set[str]) -> bool:
    """Whether one of these names is that of something that records a change."""
    known = recorders()
    pairs = [name.split(".") for name in names]
    return any(name in BY_NAME or name in known.get(owner, ()) for owner, name in pairs)


def spawned(source: str) -> Iterator[tuple[ast.Call, bool, set[str]]]:
    """Each spawned coroutine: the call, whether it is awaited at the end, and what it reaches."""
    tree = parsed(source)
    functions = functions_of(tree)
    for node in nodes(tree):
        if isinstance(node, ast.Call) and dotted(node.func) in {"spawn", "tasks.spawn"}:
            awaited = any(one.arg == "records" for one in node.keywords)
            yield node, awaited, reached(node, functions)


def places(path: Path) -> Iterator[tuple[str, bool, set[str]]]:
    for call, awaited, names in spawned(text_of(path)):
        yield f"{path.relative_to(STUDIO).as_posix()}: {ast.unparse(call)}", awaited, names


def test_the_methods_that_record_are_found() -> None:
    found = recorders()
    assert {"rate", "trash", "tag", "undo", "step_back"} <= found["library"]
    assert {"decide", "start_round", "set_cover"} <= found["choosing"]
    assert {"make", "rename", "add", "arrange"} <= found["collections"]
    assert "find" not in found["library"]
    assert "round" not in found["choosing"]


def test_every_change_of_the_user_is_awaited_at_the_end() -> None:
    cancelled = [
        place
        for path in modules()
        for place, awaited, names in places(path)
        if not awaited and records(names)
    ]
    assert cancelled == []


def test_no_change_that_is_awaited_at_the_end_waits_for_the_user() -> None:
    waiting = [
        place
        for path in modules()
        for place, awaited, names in places(path)
        if awaited and not WAITS_FOR_USER.isdisjoint(names)
    ]
    assert waiting == []


CASES = """
class Stars:
    def on_key(self):
        spawn(self._rate())
    async def _rate(self):
        await self._change(await self._selection.ids())
    async def _change(self, ids):
        await self._core.library.rate(ids, 5)
class Names:
    def on_key(self):
        {}
    async def _ask(self):
        async def take(name):
            await self._core.library.collections.make(name)
        self._popover(take)
"""


@pytest.mark.parametrize(
    ("spawning", "expected"),
    [
        ("spawn(self._ask())", [True, False]),
        ("spawn(partial(self._core.library.undo))", [True, True]),
        ("spawn(forget_prompt(self._store, 'x'))", [True, True]),
        ("spawn(self._core.library.find(['x']))", [True, False]),
    ],
)
def test_a_change_is_found_through_methods_and_not_in_callbacks(
    spawning: str, expected: list[bool]
) -> None:
    found = [records(names) for _call, _awaited, names in spawned(CASES.format(spawning))]
    assert found == expected
