"""Numbers, money and dates that a person reads are written by the language, and nothing is glued.

Read from the source. `number`, `dollars` and `sentences` of `studio/common/i18n.py`, and for the
window `studio/ui/support/formatting.py`, are the only places that know a format.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable, Iterator

import pytest

from tests.source_files import nodes, parsed, texts

TABLES = "columns and facts on standard output, which scripts read in every language"
DATA = "data, or a file's name, the same in every language"

WRITTEN_PLAIN = {
    "common/number_format.py": "the format itself",
    "cli/facts.py": TABLES,
    "cli/models.py": TABLES,
    "cli/choosing.py": TABLES,
    "cli/organise.py": TABLES,
    "cli/library.py": TABLES,
    "cli/library_export.py": TABLES,
    "cli/printers.py": "a date in ISO form, as in the tables beside it",
    "app/spreadsheet.py": DATA,
    "app/crash_reports.py": DATA,
    "app/updates.py": DATA,
    "domain/budget.py": DATA,
    "domain/name_pattern.py": DATA,
    "library/files/originals.py": DATA,
    "library/log/daily_copies.py": DATA,
    "imaging/decoder.py": "details for a report",
    "library/index/families.py": "compared with the values of other pictures",
    "library/log/record_log.py": DATA,
    "providers/catalogue.py": DATA,
    "providers/gemini/fallback.py": "looked for in a refusal",
    "ui/dialogs/maintenance.py": DATA,
}
"""Where a number or a date may be written without a language, and why."""

GLUED = {
    "cli/facts.py": TABLES,
    "cli/self_test.py": TABLES,
    "cli/drawing.py": "two cells of a progress bar",
    "cli/library_export.py": "a sign before an amount",
    "ui/controllers/import_.py": "the name of a file and its ending",
    "ui/panels/composer/slot.py": "two parts with a dot between them, side by side",
    "ui/panels/status_bar/activity.py": "a dot before a part that stands beside another",
    "ui/support/proof_text.py": "a heading and its sentence, read aloud",
    "ui/views/duel/head.py": "a button and its key, side by side",
    "ui/views/loupe/only_here/result_bar.py": "a heading and its sentence, read aloud",
    "ui/window/grid_bar.py": "a dot before a part that stands beside another",
}
"""Where two texts stand in one line, and why that is no sentence."""

JOINED = {
    "ui/controllers/collections.py": "tags as the user types them, between commas",
}
"""Where a list in the window has a comma in every language, and why."""

UNCOUNTED = {
    "ui/panels/inspector/tags.py": "a text by then",
}
"""Where a count goes into a message as it is, and why."""

COUNTS = frozenset(
    (
        "n", "count", "all", "total", "checked", "found", "given", "have", "shown", "taken", "done",
        "sound", "failed", "images", "jobs", "pictures", "above", "below", "limit", "length",
        "bytes", "percent", "mb", "seconds", "minutes", "hours", "delay", "kept",
    )
)  # fmt: skip
"""Placeholders that stand for numbers."""

NUMBERS = re.compile(r",|\.\d+[fge%]|(?<!\d)\d*g$|%")
TRANSLATED = {"_", "ngettext", "pgettext"}
LETTERS = re.compile(r"[^\W\d_]")

Found = Iterator[tuple[int, str]]


def name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def plain(tree: ast.Module) -> Found:
    """Numbers, money and dates in a fixed format."""
    for node in nodes(tree):
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            spec = "".join(
                str(part.value)
                for part in getattr(node.format_spec, "values", ())
                if isinstance(part, ast.Constant)
            )
            if NUMBERS.search(spec):
                yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.JoinedStr):
            for sign, value in itertools.pairwise(node.values):
                money = isinstance(sign, ast.Constant) and str(sign.value).endswith("$")
                if money and isinstance(value, ast.FormattedValue):
                    yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.Call):
            if name_of(node.func) == "strftime":
                yield node.lineno, ast.unparse(node)
            elif name_of(node.func) in TRANSLATED:
                for text in node.args:
                    if isinstance(text, ast.Constant) and re.search(r"\{\w+:", str(text.value)):
                        yield node.lineno, str(text.value)


def translated(node: ast.expr) -> bool:
    """Whether an expression is a text of the catalogue."""
    if isinstance(node, ast.IfExp):
        return translated(node.body) or translated(node.orelse)
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        return node.func.id in TRANSLATED
    return (
        isinstance(node.func, ast.Attribute)
        and node.func.attr in ("format", "replace", "rstrip", "removesuffix")
        and translated(node.func.value)
    )


def glued(tree: ast.Module) -> Found:
    """Translated texts joined with others, or cut, instead of a message for the whole."""
    if not any(isinstance(node, ast.Name) and node.id in TRANSLATED for node in nodes(tree)):
        return
    for scope in nodes(tree):
        if not isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        named = {
            target.id
            for node in nodes(scope)
            if isinstance(node, ast.Assign) and translated(node.value)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

        def is_text(node: ast.expr, named: set[str] = named) -> bool:
            return translated(node) or (isinstance(node, ast.Name) and node.id in named)

        for node in nodes(scope):
            parts: list[ast.expr] = []
            if isinstance(node, ast.JoinedStr):
                parts = [one.value for one in node.values if isinstance(one, ast.FormattedValue)]
            elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
                parts = [node.left, node.right]
            elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
                parts = [node.value] if isinstance(node.target, ast.Name) else []
            elif (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("rstrip", "removesuffix", "lower", "capitalize", "title")
            ):
                parts = [node.func.value]
            if isinstance(node, (ast.expr, ast.stmt)) and any(map(is_text, parts)):
                yield node.lineno, ast.unparse(node)


def joined(tree: ast.Module) -> Found:
    """Lists with the commas of English."""
    for node in nodes(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "join"
            and isinstance(node.func.value, ast.Constant)
            and node.func.value.value == ", "
        ):
            yield node.lineno, ast.unparse(node)


def uncounted(tree: ast.Module) -> Found:
    """Numbers that go into a message without `number`."""
    for node in nodes(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "format"
        ):
            for one in node.keywords:
                computed = isinstance(one.value, ast.Call) and name_of(one.value.func) in (
                    "len", "round", "sum", "max", "min", "int", "ceil",
                )  # fmt: skip
                bare = isinstance(one.value, ast.BinOp | ast.Attribute)
                if one.arg in COUNTS and (computed or bare):
                    yield node.lineno, f"{one.arg}={ast.unparse(one.value)}"


def places(
    look: Callable[[ast.Module], Found], allowed: dict[str, str]
) -> tuple[list[str], set[str]]:
    """What is found outside of the allowed files, and the allowed files that have something."""
    found, used = [], set()
    for name, source in texts():
        for line, text in look(parsed(source)):
            used.add(name)
            if name not in allowed:
                found.append(f"{name}:{line}: {text}")
    return found, used


def test_a_language_writes_numbers_money_and_dates() -> None:
    found, used = places(plain, WRITTEN_PLAIN)
    assert not found, "number(), dollars() of common/i18n.py, or ui/support/formatting.py"
    assert not WRITTEN_PLAIN.keys() - used, "nothing is left there"


def test_no_sentence_is_glued_from_parts() -> None:
    found, used = places(glued, GLUED)
    assert not found, "one message for the whole, or sentences() and listed() of common/i18n.py"
    assert not GLUED.keys() - used, "nothing is left there"


def test_the_language_joins_the_lists_of_the_window() -> None:
    found, used = places(joined, JOINED)
    assert not [one for one in found if one.startswith("ui/")], "listed() of common/i18n.py"
    assert not JOINED.keys() - used, "nothing is left there"


def test_a_count_in_a_message_is_written_by_the_language() -> None:
    found, used = places(uncounted, UNCOUNTED)
    assert not found, "number() of common/i18n.py"
    assert not UNCOUNTED.keys() - used, "nothing is left there"


@pytest.mark.parametrize(
    ("look", "source"),
    [
        (joined, 'text = ", ".join(names)'),
        (uncounted, 'text = _("{n} left").format(n=len(names))'),
        (uncounted, "text = words.format(count=found.pictures)"),
        (uncounted, "text = words.format(n=count - 1)"),
        (plain, 'text = f"{n:,}"'),
        (plain, 'text = f"{usd:.2f}"'),
        (plain, 'text = f"{share:.1%}"'),
        (plain, 'text = f"{part:,.1f} MB"'),
        (plain, 'text = f"{moment:%H:%M}"'),
        (plain, 'text = f"${amount}"'),
        (plain, 'text = time.strftime("%d %b")'),
        (plain, 'text = _("{size:.1f} MB").format(size=size)'),
        (plain, 'text = _("{value:g}").format(value=value)'),
        (glued, 'def f():\n    return _("This file") + text'),
        (glued, "def f():\n    return f\"{_('One')} and {two}\""),
        (glued, 'def f():\n    words = _("One.")\n    return f"{words} {more}"'),
        (glued, 'def f():\n    return _("One.").format(n=n).rstrip(".")'),
        (glued, 'def f():\n    text = "x"\n    text += ngettext("a", "b", n)'),
    ],
)
def test_the_search_finds_what_it_is_for(look: Callable[[ast.Module], Found], source: str) -> None:
    assert list(look(ast.parse(source)))


@pytest.mark.parametrize(
    ("look", "source"),
    [
        (uncounted, "text = words.format(n=number(len(names)), name=one.name)"),
        (plain, 'name = f"{index:03}"'),
        (plain, 'line = f"{name:<8}"'),
        (plain, 'code = f"{number:08x}"'),
        (glued, 'def f():\n    return sentences(_("One."), _("Two."))'),
        (glued, 'def f():\n    return f"{name}: {value}"'),
    ],
)
def test_the_search_leaves_the_rest_alone(look: Callable[[ast.Module], Found], source: str) -> None:
    assert not list(look(ast.parse(source)))
