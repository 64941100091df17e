"""The words on the screen: plain English, one word for one thing, and all of it translatable.

Read from the source as `make locale` reads it.
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract

from tests.source_files import modules, nodes, parsed, text_of, texts

ROOT = Path(__file__).resolve().parents[2]
TRANSLATING = ROOT / "docs" / "translating.md"

TAG = "Translators:"
KEYWORDS = {**DEFAULT_KEYWORDS, "pgettext": ((1, "c"), 2)}
MAY_SPEAK = re.compile(rf"\b(?:{'|'.join(map(re.escape, KEYWORDS))})\s*\(")
"""What every module with a message has; to take one apart into tokens takes 10 ms."""

FORBIDDEN = {
    r"\bcharged?\b": "billed, for what a service takes money for",
    r"\b(put|puts) (away|in|into)\b": "dismiss a job, add to a collection",
    r"\bbrought (back|in)\b|\bbrings? (back|it|its|the|them)\b": "restore, import",
    r"\b(take|takes|taken|took) (it |them |some )?(out|away|back)\b": "remove, undo",
    r"\bfor good\b": "permanently",
    r"\bgo(es)? on\b": "resume, continue",
    r"\bgo(es)? alone\b|\bsent alone\b": "only the picture is sent",
    r"\b[Aa]sked\b(?! for confirmation)": "requested",
    r"\basks? for (it|fewer)\b": "send again, choose fewer",
    r"\bmats?\b": "background, match theme",
    r"\b[Ss]urround\b": "background",
    r"\b[Ss]hapes?\b": "aspect ratio",
    r"\bown prices\b": "custom prices",
    r"\bmodel's own\b|\bas the model has it\b": "model default",
    r"\bUS dollars\b": "USD",
    r"\bmend(s|ed)?\b": "repair",
    r"\banew\b": "again, rebuild",
    r"\bwritten over\b": "overwritten",
    r"\b(set|put) aside\b": "renamed, not resumed",
    r"\bgone\b": "missing",
    r"\bas (it|they) came\b": "unchanged",
    r"\bcame\b|\bcomes\b": "received, imported",
    r"\bnobody\b|\bsomebody\b": "a noun, or a sentence without one",
    r"\bunderstood\b": "invalid, unknown",
    r"\bkeyring can be reached\b|\bnot saved\b(?!:)": "key kept for this session only",
    r"\b[Bb]y (itself|themselves)\b": "automatically",
    r"\bstands? (on|here)\b": "built with, appears here",
    r"\bdone again\b": "redone",
    r"\bunder way\b": "unfinished, running",
    r"\bwith a (flag|cross)\b": "picked, rejected",
    r"\bgive (a|the|it)\b|\bgive up\b": "a verb that says what is done: rename, set, time out",
    r"\b(is|are) (there|here) already\b": "already exists",
    r"^There (is|are) (no|a|an|nothing|something)\b": "say what is missing first",
    r"\b[Aa]ll images\b|^Images?$": "picture, for what is in the library",
    r"\bas all\b": "same as global",
    r"\bas the system\b": "match system",
    r"\btold\b|\btell me\b": "notify, warn",
    r"\bwhat (holds|waits|was|is in|can be|arrived|had)\b": "a noun instead of a clause",
}  # fmt: skip
"""Words that were said better: what is written instead."""

ANY_FORBIDDEN = re.compile("|".join(f"(?:{words})" for words in FORBIDDEN))

ALLOWED = {
    "The key is not saved": "the title of a card whose sentence says how long it is kept",
    "Show what's new": "the release notes, by their usual name",
}

PLACEHOLDER = re.compile(r"\{(\w+)(?:[:!][^}]*)?\}")


class Message(NamedTuple):
    """One message of the catalogue with what translators read beside it."""

    place: str
    context: str
    texts: tuple[str, ...]
    comments: str


@cache
def messages() -> tuple[Message, ...]:
    """Every message that `make locale` writes into the catalogue."""
    found = []
    for path in modules():
        if not MAY_SPEAK.search(text_of(path)):
            continue
        source = io.BytesIO(path.read_bytes())
        for line, words, comments, context in extract(
            "python", source, KEYWORDS, comment_tags=[TAG], strip_comment_tags=False
        ):
            texts = (words,) if isinstance(words, str) else tuple(words)
            place = f"{path.relative_to(ROOT)}:{line}"
            found.append(Message(place, context or "", texts, " ".join(comments)))
    return tuple(found)


def written(source: str) -> Iterator[tuple[int, str]]:
    """Every first text of a call for a translation, with its line, as Python reads it."""
    for node in nodes(parsed(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            place = {"_": 0, "ngettext": 0, "pgettext": 1}.get(node.func.id)
            if place is not None and len(node.args) > place:
                text = node.args[place]
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield node.lineno, text.value


def better(text: str) -> list[str]:
    """What to write instead of words in this text."""
    shown = PLACEHOLDER.sub("{}", text)
    if text in ALLOWED or not ANY_FORBIDDEN.search(shown):
        return []
    return [advice for words, advice in FORBIDDEN.items() if re.search(words, shown)]


def test_the_screen_speaks_plain_english() -> None:
    found = {
        f"{message.place}: {text}": advice
        for message in messages()
        for text in message.texts
        if (advice := better(text))
    }
    assert not found
    texts = {text for message in messages() for text in message.texts}
    assert not ALLOWED.keys() - texts, "nobody says this"


@pytest.mark.parametrize(
    "text",
    [
        "Nothing was charged.", "Put into a collection", "{n} job put away",
        "Go on", "Asked 9:16, got 1:1", "Middle grey surround", "Own prices", "Model's own",
        "Cost in US dollars", "Not everything is as it came", "Mend what can be mended",
        "{name} is not written over.", "There is no picture {id}", "All images", "with a cross",
        "What can be read is here", "as all",
    ],
)  # fmt: skip
def test_words_that_were_said_better_are_found(text: str) -> None:
    patterns = [re.compile(words, re.IGNORECASE) for words in FORBIDDEN]
    assert any(pattern.search(text) for pattern in patterns)


def test_every_message_reaches_the_catalogue() -> None:
    """`make locale` reads no call within an f-string."""
    extracted = {text for message in messages() for text in message.texts}
    lost = {
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for path in modules()
        for line, text in written(text_of(path))
        if text not in extracted
    }
    assert not lost


def test_every_comment_for_translators_reaches_them() -> None:
    """A comment is read on the line above its message, and nowhere else."""
    written_down = sum(text.count(f"# {TAG}") for _name, text in texts())
    extracted = sum(message.comments.count(TAG) for message in messages())
    assert extracted == written_down > 0


def test_every_placeholder_is_explained() -> None:
    page = set(PLACEHOLDER.findall(TRANSLATING.read_text("utf-8")))
    unexplained = {
        f"{message.place}: {name}"
        for message in messages()
        for text in message.texts
        for name in PLACEHOLDER.findall(text)
        if name not in page and f"{{{name}}}" not in message.comments
    }
    assert not unexplained, f"in {TRANSLATING.name}, or in a comment that begins with {TAG}"
    used = {
        name for message in messages() for text in message.texts
        for name in PLACEHOLDER.findall(text)
    }  # fmt: skip
    assert not page - used - {"model"}, "no message has these"


def test_singular_and_plural_have_the_same_placeholders() -> None:
    for message in messages():
        if len(message.texts) == 2:
            one, many = (set(PLACEHOLDER.findall(text)) - {"n"} for text in message.texts)
            assert one == many, message
