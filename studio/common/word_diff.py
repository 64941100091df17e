"""Word diff of two prompts. Pure: no Qt, no markup."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

# In scripts without spaces each character is a word; otherwise a whole sentence would be one word.
_CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+(?:['’\-][^\W{_CJK}]+)*|[^\w\s]")
MANY = 600  # words; longer texts are compared without their most frequent words, to stay fast
SHARED_ENOUGH = 0.4  # share of words below which marks are harder to read than the text


class DiffKind(Enum):
    """Kind of change of a piece of text."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class DiffPiece:
    """A run of unchanged, added or removed text."""

    change: DiffKind
    text: str


def change_pieces(changed: Iterable[tuple[str, str]], between: str) -> list[DiffPiece]:
    """The pieces of several changes (see `changes`), with `between` from one to the next."""
    pieces: list[DiffPiece] = []
    for gone, came in changed:
        if pieces:
            pieces.append(DiffPiece(DiffKind.SAME, between))
        if gone:
            pieces.append(DiffPiece(DiffKind.REMOVED, gone + (" " if came else "")))
        if came:
            pieces.append(DiffPiece(DiffKind.ADDED, came.strip(" ,.;:") or came))
    return pieces


def compare(before: str, after: str) -> tuple[DiffPiece, ...]:
    """Merge both texts in reading order, removed text before its replacement.

    The pieces that are not REMOVED form `after` exactly (apart from outer whitespace). A removed
    piece includes the spaces that separate it from its neighbours.
    """
    before, after = before.strip(), after.strip()
    old, new = list(_TOKEN.finditer(before)), list(_TOKEN.finditer(after))
    pieces: list[DiffPiece] = []
    at = 0  # length of `after` processed so far
    for tag, old1, old2, new1, new2 in _steps([m[0] for m in old], [m[0] for m in new]):
        if tag == "equal":
            continue
        start = new[new1].start() if new1 < len(new) else len(after)
        end = new[new2 - 1].end() if new2 > new1 else start
        pieces.append(DiffPiece(DiffKind.SAME, after[at:start]))
        if old2 > old1:
            first, last = old[old1].start(), old[old2 - 1].end()
            lead = before[first - 1 : first].isspace() and after[:start][-1:].strip()
            trail = after[start : start + 1].strip() and (
                new2 > new1 or before[last : last + 1].isspace()
            )
            gone = (" " if lead else "") + before[first:last] + (" " if trail else "")
            pieces.append(DiffPiece(DiffKind.REMOVED, gone))
        if new2 > new1:
            pieces.append(DiffPiece(DiffKind.ADDED, after[start:end]))
        at = end
    pieces.append(DiffPiece(DiffKind.SAME, after[at:]))
    return tuple(piece for piece in pieces if piece.text)


def changes(before: str, after: str) -> tuple[tuple[str, str], ...]:
    """Only the differences, as (removed, added) pairs in reading order; either may be empty."""
    pairs: list[tuple[str, str]] = []
    open_removal = False
    for piece in compare(before, after):
        if piece.change is DiffKind.REMOVED:
            pairs.append((piece.text.strip(), ""))
            open_removal = True
        elif piece.change is DiffKind.ADDED:
            if open_removal:
                pairs[-1] = (pairs[-1][0], piece.text)
            else:
                pairs.append(("", piece.text))
            open_removal = False
        else:
            open_removal = False
    return tuple(pairs)


def shared(before: str, after: str) -> float:
    """Share of common words, 0 to 1; two empty texts share everything."""
    old, new = _words(before), _words(after)
    if not old and not new:
        return 1.0
    return SequenceMatcher(None, old, new, autojunk=max(len(old), len(new)) > MANY).ratio()


def worth_marking(before: str, after: str) -> bool:
    """Whether marked differences help: the texts differ, but have enough in common."""
    if not before.strip() or before.strip() == after.strip():
        return False
    return shared(before, after) >= SHARED_ENOUGH


def _words(text: str) -> list[str]:
    return [token for token in _TOKEN.findall(text) if _is_word(token)]


def _is_word(token: str) -> bool:
    return any(sign.isalnum() for sign in token)


def _steps(old: list[str], new: list[str]) -> list[tuple[str, int, int, int, int]]:
    """Opcodes of the matcher; lone punctuation between two replacements is merged with them."""
    matcher = SequenceMatcher(None, old, new, autojunk=max(len(old), len(new)) > MANY)
    steps: list[tuple[str, int, int, int, int]] = []
    for tag, old1, old2, new1, new2 in matcher.get_opcodes():
        island = (
            tag == "replace"
            and len(steps) >= 2
            and steps[-2][0] == "replace"
            and steps[-1][0] == "equal"
            and not any(
                sign.isalnum() for token in old[steps[-1][1] : steps[-1][2]] for sign in token
            )
        )
        if island:
            steps.pop()
            first = steps.pop()
            steps.append(("replace", first[1], old2, first[3], new2))
        else:
            steps.append((tag, old1, old2, new1, new2))
    return steps
