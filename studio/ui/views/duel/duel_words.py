"""Sentences of a duel, and differences between its two pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from studio.common import word_diff
from studio.common.i18n import _, left_to_right, listed, ngettext, number
from studio.common.word_diff import DiffKind, DiffPiece
from studio.domain.choices import Verdict
from studio.domain.duel import Duel, DuelMatch
from studio.domain.entities import Picture

_MOST_NAMES = 3


def place(duel: Duel, past: DuelMatch | None = None) -> str:
    """Progress of a duel: "Round 2, pair 3 of 4"; `past` is a decided match that is shown."""
    if past is not None:
        return _("Decided earlier, shown again")
    if (pair := duel.pair) is None:
        return _("All decided")
    if duel.order:
        number_of_place = sum(len(one.pictures) for one in duel.order) + 1
        # Translators: {n} is a place in the order of a duel, such as 2.
        return _("Deciding place {n}").format(n=number(number_of_place))
    match = next(one for one in duel.matches if one.pair == pair and not one.decided)
    together = [one for one in duel.matches if one.round == match.round]
    of_two = [one for one in together if one.pair or one.waits]
    done = sum(one.decided for one in of_two)
    # Translators: as in "Round 2, pair 3 of 4".
    return _("Round {round}, pair {n} of {all}").format(
        round=number(match.round), n=number(done + 1), all=number(len(of_two))
    )


def progress(duel: Duel) -> str:
    """Number of comparisons decided: "10 of 15 decided"."""
    # Translators: {n} comparisons are decided of {all}.
    return _("{n} of {all} decided").format(
        n=number(duel.done), all=number(duel.done + duel.to_come)
    )


def to_come(duel: Duel) -> str:
    """Number of comparisons still to come."""
    n = duel.to_come
    return ngettext("{n} to come", "{n} to come", n).format(n=number(n))


def beaten(names: Sequence[str]) -> str:
    """Pictures that a picture beat: "won against heavy fog, print tall"; "" for none."""
    if not names:
        return ""
    shown = listed(names[-_MOST_NAMES:])
    if (more := len(names) - _MOST_NAMES) > 0:
        # Translators: {names} are pictures, {n} is how many more there are.
        shown = _("{names} and {n} more").replace("{n}", number(more)).replace("{names}", shown)
    # Translators: {names} are pictures.
    return _("won against {names}").replace("{names}", shown)


def said(verdict: Verdict) -> str:
    """A result, for a screen reader. `FIRST` is the left picture."""
    return {
        Verdict.FIRST: _("left won"),
        Verdict.SECOND: _("right won"),
        Verdict.BOTH: _("both stay"),
        Verdict.NEITHER: _("neither"),
    }[verdict]


def decided(duel: Duel, match: DuelMatch, names: Callable[[str], str]) -> str:
    """A decided match: "Round 2: dusk 07 won against dawn 02"."""
    first, second = match.pair
    verdict = duel.verdict_of(match)
    if verdict is Verdict.BOTH:
        # Translators: {first} and {second} are pictures.
        text = _("Round {round}: {first} and {second}, both stay")
    elif verdict is Verdict.NEITHER:
        # Translators: {first} and {second} are pictures.
        text = _("Round {round}: neither {first} nor {second}")
    else:
        if verdict is Verdict.SECOND:
            first, second = second, first
        # Translators: {first} and {second} are pictures.
        text = _("Round {round}: {first} won against {second}")
    text = text.replace("{round}", number(match.round))
    return text.replace("{first}", names(first)).replace("{second}", names(second))


def changed_words(first: Picture, second: Picture) -> tuple[DiffPiece, ...]:
    """Words of the first prompt that the second lacks, and those it adds.

    Empty for prompts that have little in common.
    """
    if not word_diff.worth_marking(_prompt(first), _prompt(second)):
        return ()
    pieces = word_diff.compare(_prompt(first), _prompt(second))
    found: list[DiffPiece] = []
    for piece in pieces:
        if piece.change is DiffKind.SAME or not piece.text.strip():
            continue
        if found:
            found.append(DiffPiece(DiffKind.SAME, " "))
        found.append(DiffPiece(piece.change, piece.text.strip()))
    return tuple(found)


def changed_settings(first: Picture, second: Picture) -> str:
    """Differences other than words: "pro → nano-banana, 2048 × 2048 → 1024 × 1024"."""
    both = [
        (first.model, second.model),
        (f"{first.width} × {first.height}", f"{second.width} × {second.height}"),
    ]
    found = [left_to_right(f"{before} → {after}") for before, after in both if before != after]
    if _prompt(first) != _prompt(second) and not changed_words(first, second):
        found.insert(0, _("different prompt"))
    return listed(found)


def best_of(best: int) -> str:
    """Number of places to decide, as on the chip: "Best 3"."""
    # Translators: {n} is how many pictures are to be found.
    return ngettext("Best {n}", "Best {n}", best).format(n=number(best))


def result(duel: Duel) -> str:
    """Heading of the card."""
    placed = sum(len(one.pictures) for one in duel.order)
    if duel.finished and not placed:
        return _("No picture is left.")
    if duel.finished:
        # Translators: {n} pictures were found to be the best of {all}.
        return ngettext("The best of {all}", "The best {n} of {all}", placed).format(
            n=number(placed), all=number(len(duel.present))
        )
    # Translators: {n} comparisons are decided of {all}.
    return _("{n} of {all} decided. Everything is kept.").format(
        n=number(duel.done), all=number(duel.done + duel.to_come)
    )


def _prompt(picture: Picture) -> str:
    return picture.source_prompt or picture.prompt
