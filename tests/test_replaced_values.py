"""Values are copied with changes by the `replace` of their own kind.

`dataclasses.replace` of a `msgspec.Struct`, and the other way round, pass the type checker and fail
when they run. What is changed tells the kind: a class of that kind must have these fields, and if
the value is named like a class that has them, it is that one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

import pytest

from tests.source_files import STUDIO, dotted, modules, nodes, parsed, text_of

TESTS = STUDIO.parent / "tests"

Kind = Literal["dataclass", "Struct"]

REPLACE: dict[str, Kind] = {
    "dataclasses.replace": "dataclass",
    "msgspec.structs.replace": "Struct",
}
"""Kind of value that a function copies, by its full name."""


def classes(tree: ast.Module) -> Iterator[ast.ClassDef]:
    return (node for node in nodes(tree) if isinstance(node, ast.ClassDef))


def own_fields(one: ast.ClassDef) -> set[str]:
    """Fields that a class declares itself."""
    return {
        node.target.id
        for node in one.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }


@cache
def values() -> tuple[tuple[str, Kind, frozenset[str]], ...]:
    """Name, kind and fields of every class of both kinds, with the fields of its bases."""
    known: dict[str, list[ast.ClassDef]] = {}
    for folder in (STUDIO, TESTS):
        for path in modules(folder):
            source = text_of(path)
            for one in classes(parsed(source)) if "class " in source else ():
                known.setdefault(one.name, []).append(one)
    found: list[tuple[str, Kind, frozenset[str]]] = []
    for one in (each for some in known.values() for each in some):
        kinds, fields = set[Kind](), set[str]()
        waiting, seen = [one], set[str]()
        while waiting:
            each = waiting.pop()
            fields |= own_fields(each)
            if any("dataclass" in dotted(getattr(d, "func", d)) for d in each.decorator_list):
                kinds.add("dataclass")
            for base in map(dotted, each.bases):
                name = base.rpartition(".")[2]
                if name == "Struct":
                    kinds.add("Struct")
                elif name not in seen:
                    seen.add(name)
                    waiting += known.get(name, [])
        found += [(one.name, kind, frozenset(fields)) for kind in kinds]
    return tuple(found)


def variable(name: str) -> str:
    """Name of a variable after a class."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_")


def names_of_replace(tree: ast.Module) -> dict[str, Kind]:
    """The names under which a module calls the two functions."""
    found = dict(REPLACE)
    for node in nodes(tree):
        if isinstance(node, ast.ImportFrom):
            for one in node.names:
                whole, name = f"{node.module}.{one.name}", one.asname or one.name
                if whole in REPLACE:
                    found[name] = REPLACE[whole]
                elif f"{whole}.replace" in REPLACE:
                    found[f"{name}.replace"] = REPLACE[f"{whole}.replace"]
    return found


def wrong(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of the calls whose changes no class of their kind has."""
    if "replace" not in source or not ("dataclasses" in source or "structs" in source):
        return
    tree = parsed(source)
    names = names_of_replace(tree)
    for node in nodes(tree):
        if isinstance(node, ast.Call) and (kind := names.get(dotted(node.func))) is not None:
            changed = {one.arg for one in node.keywords if one.arg is not None}
            value = dotted(node.args[0]).rpartition(".")[2].strip("_")
            fits = [(name, one) for name, one, fields in values() if changed <= fields]
            named = {one for name, one in fits if variable(name) == value}
            if kind not in (named or {one for _name, one in fits}):
                yield node.lineno, ast.unparse(node)


@pytest.mark.parametrize(
    "call",
    [
        "from dataclasses import replace\nreplace(query, view=View.PICKS)",
        "from dataclasses import replace as changed\nchanged(self._shown.query, words='')",
        "from dataclasses import replace\nreplace(counts, all=0)",
        "from dataclasses import replace\nreplace(plain, mirrored=True)",
        "from dataclasses import replace\nreplace(self._chosen, anyway=anyway)",
        "import dataclasses\ndataclasses.replace(self.definition, best=best)",
        "from msgspec.structs import replace\nreplace(job, state=state)",
        "from msgspec import structs\nstructs.replace(draft, markup=markup)",
    ],
)
def test_a_value_of_the_other_kind_is_found(call: str) -> None:
    assert list(wrong(call))


@pytest.mark.parametrize(
    "call",
    [
        "from dataclasses import replace\nreplace(job, state=state, failure=None)",
        "from dataclasses import replace\nreplace(draft, **changes)",
        "from msgspec import structs\nstructs.replace(query, view=View.PICKS)",
        "text.replace('a', 'b')",
    ],
)
def test_a_value_of_its_own_kind_is_let_through(call: str) -> None:
    assert not list(wrong(call))


def test_every_value_is_copied_by_the_function_of_its_kind() -> None:
    paths = [path for folder in (STUDIO, TESTS) for path in modules(folder)]
    found = {
        (path.relative_to(STUDIO.parent).as_posix(), *one)
        for path in paths
        if path != Path(__file__)
        for one in wrong(text_of(path))
    }
    assert found == set()
