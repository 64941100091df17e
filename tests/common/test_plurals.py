"""A sentence with a number is written for one and for many: "1 original", "2 originals".

Read from the source: a number before a word in the plural needs `ngettext`, or was looked at.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.source_files import nodes, parsed, texts

NUMBERS = {
    "n", "all", "bytes", "checked", "count", "done", "failed", "files", "found", "hours", "jobs",
    "known", "length", "minutes", "most", "number", "pictures", "seconds", "sound", "turns",
}  # fmt: skip
"""What is put in the place of these is counted."""

NO_NOUNS = {"as", "has", "is", "its", "this", "was", "takes"}

MANY = {
    "{width} × {height} px picture, thumbnail {bytes} bytes": "of a known picture",
    "{n} pixels": "the width of a brush, at least four",
    "the system keyring stores at most {count} characters": "hundreds",
    "{host} did not answer within {seconds} seconds.": "a number in the source",
    "Edit at most {most} pictures at once. None were added.": "a number in the source",
    "The limit per prompt is {most} references.": "16, or what a model takes that takes more",
    "A round takes at most {most} pictures. Select fewer.": "a number in the source",
    "A duel takes at most {most} pictures. Select fewer.": "a number in the source",
    "Copy at most {most} pictures at once.": "a number in the source",
    "Export at most {most} pictures at once.": "a number in the source",
    "Show at most {most} pictures at once.": "a number in the source",
    "Models follow about {most} marks well. You have {n}.": "twelve, and more than twelve",
    "Open at most {most} pictures at once.": "a number in the source",
    "{n} pictures, 1 of them of a stack of {all}": "of one is said otherwise",
    "{n} pictures, {count} of them of stacks with {all}": "of one is said otherwise",
    "--mark: a sentence has at most {most} characters": "a number in the source",
    "More than {most} marks": "a number in the source",
    "At {size} the new sides are enlarged {n} times.": "a number with a fraction",
    "At {size} they are enlarged {n} times.": "a number with a fraction",
    "At {size} they are enlarged {n} times, for {price} each.": "a number with a fraction",
}
"""Sentences for many alone: why there is never one."""

_COUNTED = re.compile(r"\{(\w+)\}((?: [a-z]+){0,2}? ([a-z]+s)\b)")


def counted(text: str) -> bool:
    """Whether a word in the plural stands after a number in this sentence."""
    return any(
        found[1] in NUMBERS and found[3] not in NO_NOUNS for found in _COUNTED.finditer(text)
    )


def said(source: str) -> Iterator[str]:
    """Every sentence that is said the same way for one and for many."""
    for node in nodes(parsed(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
            for word in node.args:
                if isinstance(word, ast.Constant) and isinstance(word.value, str):
                    yield word.value


def test_what_is_counted_is_said_for_one_and_for_many() -> None:
    found = {text for _name, source in texts() for text in said(source) if counted(text)}
    assert not found - MANY.keys(), "with ngettext, or never of one"
    assert not MANY.keys() - found, "nobody says this"


def pairs(source: str) -> Iterator[tuple[str, str]]:
    """Singular and plural of every sentence that is said for one and for many."""
    for node in nodes(parsed(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ngettext":
            one, many = (word.value for word in node.args[:2] if isinstance(word, ast.Constant))
            yield str(one), str(many)


def test_what_is_said_alone_is_no_singular_without_its_number() -> None:
    """gettext keeps both under one name, and Japanese has one form for both: with the number."""
    sources = [source for _name, source in texts()]
    alone = {text for source in sources for text in said(source)}
    found = {
        one for source in sources for one, many in pairs(source) if ("{n}" in many) > ("{n}" in one)
    }
    assert found, "there are such singulars"
    assert not found & alone, "write the number into the singular too"


@pytest.mark.parametrize(
    "text",
    ["Copied {n} originals.", "{n} more references", "In all {number} damaged files", "{n} tags"],
)
def test_a_plural_after_a_number_is_found(text: str) -> None:
    assert counted(text)


@pytest.mark.parametrize("text", ["{n} selected", "and {n} more", "{name} has pictures", "{n}: s"])
def test_other_sentences_are_left_alone(text: str) -> None:
    assert not counted(text)
