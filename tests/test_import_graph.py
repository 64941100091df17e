"""What imports what: no circle anywhere, and imports at the top of their module."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping

import grimp
import pytest

from tests.source_files import parsed, texts

MOST_LOCAL = 60
"""Imports within functions, in all of the program."""

_NO_REASON = ("# noqa", "# type:", "# fmt:", "# pragma:")


def circles(imports: Mapping[str, set[str]]) -> list[list[str]]:
    """Groups of modules that reach each other by imports (strongly connected, two or more)."""

    def reached(start: str) -> set[str]:
        found: set[str] = set()
        waiting = [start]
        while waiting:
            new = imports[waiting.pop()] - found
            found |= new
            waiting += new
        return found

    reach = {module: reached(module) for module in imports}
    groups = {
        tuple(sorted(one for one in reach[module] if module in reach[one]))
        for module in imports
        if module in reach[module]
    }
    return sorted(map(list, groups), key=len, reverse=True)


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Imports within functions and for types count like all others."""
    graph = grimp.build_graph("studio", exclude_type_checking_imports=False, cache_dir=None)
    imports = {one: graph.find_modules_directly_imported_by(one) for one in graph.modules}
    assert len(imports) > 400
    assert circles(imports) == []


@pytest.mark.parametrize(
    ("imports", "found"),
    [
        ({"a": {"b"}, "b": {"c"}, "c": set()}, []),
        ({"a": {"b"}, "b": {"a", "d"}, "c": {"a"}, "d": set()}, [["a", "b"]]),
        (
            {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"e"}, "e": {"d"}},
            [["a", "b", "c"], ["d", "e"]],
        ),
    ],
)
def test_a_circle_is_found(imports: dict[str, set[str]], found: list[list[str]]) -> None:
    assert circles(imports) == found


def may_import_locally(text: str) -> bool:
    """Whether a source says `import` in a line that is no import at its top.

    To look through the trees of all others takes seconds.
    """
    return re.search(r"^(?!import\b|from\b).*\bimport\b", text, re.MULTILINE) is not None


def local_imports(tree: ast.AST, *, inside: bool = False) -> Iterator[ast.Import | ast.ImportFrom]:
    """Import statements within functions."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            if inside:
                yield node
        else:
            function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            yield from local_imports(node, inside=inside or function)


def without_reason(text: str) -> list[int]:
    """Lines of imports within functions that no comment gives a reason for.

    It stands on the line, or above the import or the group of imports that it is in.
    """
    statements = list(local_imports(parsed(text))) if may_import_locally(text) else []
    if not statements:
        return []
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = {
        token.start[0]
        for token in tokens
        if token.type == tokenize.COMMENT and not token.string.startswith(_NO_REASON)
    }
    lines = {
        line for one in statements for line in range(one.lineno, (one.end_lineno or one.lineno) + 1)
    }
    blank = {number for number, line in enumerate(text.splitlines(), 1) if not line.strip()}
    bare = []
    for one in statements:
        above = one.lineno - 1
        # Between imports of one group stands at most an empty line.
        while above in lines or (above in blank and above - 1 in lines):
            above -= 1
        own = set(range(one.lineno, (one.end_lineno or one.lineno) + 1))
        if above not in comments and not own & comments:
            bare.append(one.lineno)
    return bare


def test_imports_stand_at_the_top_of_their_module() -> None:
    found = {
        name: len(list(local_imports(parsed(text))))
        for name, text in texts()
        if may_import_locally(text)
    }
    assert sum(found.values()) <= MOST_LOCAL, {one: n for one, n in found.items() if n}


def test_an_import_within_a_function_has_a_reason() -> None:
    found = {name: without_reason(text) for name, text in texts()}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("import a\nif True:\n    import b\n", []),
        ("def f():\n    import a\n", [2]),
        ("def f():\n    def g():\n        from a import b\n", [3]),
        ("def f():\n    # 0.1 s, for one command.\n    import a\n", []),
        ("def f():\n    import a  # 0.1 s, for one command\n", []),
        ("def f():\n    import a  # noqa: F401\n", [2]),
        ("def f():\n    # Both.\n    import a\n\n    from b import (\n        c,\n    )\n", []),
        ("def f():\n    # A number.\n    x = 1\n    import a\n", [4]),
    ],
)
def test_an_import_without_a_reason_is_found(text: str, lines: list[int]) -> None:
    assert without_reason(text) == lines
