"""A duel: a tournament of pairs for the best k of n pictures.

The first place takes n - 1 comparisons in a balanced tree. For each further place the winner leaves
the tree, and only its path is decided again: without ties at most n - 1 + (k - 1) * ceil(log2 n)
comparisons. The state is computed from the results of the pairs, so undoing a result or deleting a
picture requires no other change.

The tree keeps its shape when pictures are trashed or deleted: their leaves are empty.

"Both" is a tie: the first picture advances, and the second shares its final place. "Neither" drops
both, together with all pictures that have lost to them or share their place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, log2

from msgspec import structs

from studio.domain.choices import Decision, DuelDefinition, Verdict

DUEL_VERDICTS = (Verdict.FIRST, Verdict.SECOND, Verdict.BOTH, Verdict.NEITHER)

_TURNED = {Verdict.FIRST: Verdict.SECOND, Verdict.SECOND: Verdict.FIRST}

_Pair = frozenset[str]


@dataclass(frozen=True, slots=True)
class DuelPlace:
    """Rank in the result: one picture, or several tied."""

    number: int
    pictures: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DuelMatch:
    """A match of the tree that decides the current place.

    Attributes:
        begin, end: range of the list whose pictures may meet here.
        round: number of the round, 1 for the first matches.
        pair: ids of the two pictures; () while they are not known, and if there is no match.
        decided: whether the pair has a result.
        waits: whether the pair depends on earlier matches.
        winner: the picture that advances, even without a match; "" for none, or not yet known.
    """

    begin: int
    end: int
    round: int
    pair: tuple[str, ...] = ()
    decided: bool = False
    waits: bool = False
    winner: str = ""

    @property
    def middle(self) -> int:
        """Beginning of the second picture's range."""
        return _middle(self.begin, self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """State of the tournament for one set of results.

    Attributes:
        places: ids of each decided place, best first.
        pair: the next two to compare; None at the end.
        assumed: number of results that were assumed.
        tree: matches of the place being decided, or decided last.
    """

    places: tuple[tuple[str, ...], ...]
    pair: tuple[str, str] | None
    assumed: int
    tree: _Tree


class _Tree:
    """The tournament's tree for one set of results.

    Attributes:
        open: matches that can be decided now: size and beginning of their range, and the pair.
        assumed: number of results that were assumed.
        equals: pictures that share the place of the one that advanced.
    """

    def __init__(
        self,
        pictures: Sequence[str],
        results: Mapping[_Pair, str | None],
        gone: Iterable[str],
        *,
        assume: bool,
    ) -> None:
        """`results` has the winner of each pair: "" for both, None for neither.

        With `assume`, the first of a pair without a result wins.
        """
        self.open: list[tuple[int, int, tuple[str, str]]] = []
        self.assumed = 0
        self.equals: dict[str, list[str]] = {}
        self._pictures = pictures
        self._places = {id: at for at, id in enumerate(pictures)}
        self._results = dict(results)
        self._out = set(gone)
        self._assume = assume
        self._cache: dict[tuple[int, int], str | None] = {}

    def winner(self) -> str | None:
        """The winner; None if there is none, or while matches are open."""
        self.open.clear()
        return self._winner(0, len(self._pictures))

    def take_out(self, id: str) -> None:
        """Remove a picture; the matches on its path are decided again."""
        self._out.add(id)
        begin, end = 0, len(self._pictures)
        while end - begin > 1:
            self._cache.pop((begin, end), None)
            middle = _middle(begin, end)
            begin, end = (begin, middle) if self._places[id] < middle else (middle, end)
        self._cache.pop((begin, end), None)

    def matches(self) -> list[DuelMatch]:
        """All matches in their present state, smallest ranges first."""
        found: list[DuelMatch] = []
        waiting = [(0, len(self._pictures))]
        while waiting:
            begin, end = waiting.pop()
            if end - begin <= 1:
                continue
            middle = _middle(begin, end)
            waiting += [(begin, middle), (middle, end)]
            sides = [self._cache.get((begin, middle)), self._cache.get((middle, end))]
            pair = tuple(one for one in sides if one)
            met = len(pair) == 2
            found.append(
                DuelMatch(
                    begin=begin,
                    end=end,
                    round=ceil(log2(end - begin)),
                    pair=pair if met else (),
                    decided=met and frozenset(pair) in self._results,
                    waits=not met and (begin, end) not in self._cache,
                    winner=self._cache.get((begin, end)) or "",
                )
            )
        return sorted(found, key=lambda one: (one.end - one.begin, one.begin))

    def _winner(self, begin: int, end: int) -> str | None:
        if (begin, end) in self._cache:
            return self._cache[begin, end]
        if end - begin <= 1:
            alone = next(iter(self._pictures[begin:end]), None)
            self._cache[begin, end] = None if alone in self._out else alone
            return self._cache[begin, end]
        middle, before = _middle(begin, end), len(self.open)
        first, second = self._winner(begin, middle), self._winner(middle, end)
        if len(self.open) > before:
            return None
        found = first or second
        if first and second:
            pair = frozenset((first, second))
            if pair not in self._results:
                if not self._assume:
                    self.open.append((end - begin, begin, (first, second)))
                    return None
                self._results[pair] = first
                self.assumed += 1
            found = self._results[pair]
            if found == "":
                found = first
                self.equals.setdefault(first, []).append(second)
        self._cache[begin, end] = found
        return found


def _results(decisions: Iterable[Decision]) -> dict[_Pair, str | None]:
    """The winner of each pair: "" for both, None for neither."""
    found: dict[_Pair, str | None] = {}
    for one in decisions:
        won = {Verdict.FIRST: one.picture, Verdict.SECOND: one.other, Verdict.BOTH: ""}
        found[frozenset((one.picture, one.other))] = won.get(one.verdict)
    return found


@lru_cache(maxsize=8)
def _standing(
    definition: DuelDefinition,
    decisions: tuple[Decision, ...],
    gone: frozenset[str],
    *,
    assume: bool = False,
) -> _Standing:
    tree = _Tree(definition.pictures, _results(decisions), gone, assume=assume)
    places: list[tuple[str, ...]] = []
    together: list[str] = []
    number = 0
    while number < definition.best:
        for one in together:
            tree.take_out(one)
        if (won := tree.winner()) is None:
            break
        together = []
        waiting = [won]
        while waiting:
            one = waiting.pop(0)
            if one not in together:
                together.append(one)
                waiting += tree.equals.get(one, ())
        places.append(tuple(together))
        number += len(together)
    # Small matches first: a whole round is decided before the next one.
    pair = min(tree.open)[2] if tree.open and number < definition.best else None
    return _Standing(places=tuple(places), pair=pair, assumed=tree.assumed, tree=tree)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duel:
    """A duel and its results.

    Attributes:
        decisions: results that are not undone, in the order they were made.
        gone: ids of pictures that are trashed or deleted.
    """

    id: str
    definition: DuelDefinition
    decisions: tuple[Decision, ...] = ()
    gone: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return self.definition.name

    @property
    def present(self) -> tuple[str, ...]:
        """Ids of the pictures that can be compared."""
        return tuple(id for id in self.definition.pictures if id not in self.gone)

    @property
    def pair(self) -> tuple[str, str] | None:
        """The pair to compare now; None at the end."""
        return self._standing().pair

    @property
    def finished(self) -> bool:
        return self.pair is None

    @property
    def order(self) -> list[DuelPlace]:
        """The places decided so far, best first."""
        found, number = [], 1
        for pictures in self._standing().places:
            found.append(DuelPlace(number, pictures))
            number += len(pictures)
        return found

    @property
    def to_come(self) -> int:
        """Number of comparisons still to come if the first of each pair wins."""
        return _standing(self.definition, self.decisions, self.gone, assume=True).assumed

    @property
    def done(self) -> int:
        """Number of pairs that are decided, each once."""
        return len({frozenset((one.picture, one.other)) for one in self.decisions})

    @property
    def matches(self) -> tuple[DuelMatch, ...]:
        """The matches for the place being decided, or decided last; small ranges first."""
        return tuple(self._standing().tree.matches())

    @property
    def earlier(self) -> list[DuelMatch]:
        """The decided matches of `matches`, in the order of the decisions."""
        found = {frozenset(one.pair): one for one in self.matches if one.decided}
        pairs = dict.fromkeys(frozenset((one.picture, one.other)) for one in self.decisions)
        return [found[pair] for pair in pairs if pair in found]

    def verdict_of(self, match: DuelMatch) -> Verdict:
        """The result of a decided match; `FIRST` is the first of its pair. Raises ValueError."""
        for one in reversed(self.decisions):
            if {one.picture, one.other} == set(match.pair):
                turned = one.picture != match.pair[0]
                return _TURNED.get(one.verdict, one.verdict) if turned else one.verdict
        raise ValueError(match.pair)

    def losers_to(self, picture: str) -> list[str]:
        """Ids of the pictures that lost to this one, in the order of the decisions."""
        latest = {frozenset((one.picture, one.other)): one for one in self.decisions}
        found = []
        for one in latest.values():
            if one.verdict is Verdict.FIRST and one.picture == picture:
                found.append(one.other)
            elif one.verdict is Verdict.SECOND and one.other == picture:
                found.append(one.picture)
        return found

    def next_pairs(self) -> list[tuple[str, str]]:
        """The next pairs if the first wins and if the second wins, without repetition."""
        if self.pair is None:
            return []
        after = (self.decide(verdict)[0].pair for verdict in (Verdict.FIRST, Verdict.SECOND))
        return list(dict.fromkeys(pair for pair in after if pair is not None))

    def last(self, most: int) -> list[str]:
        """Ids of the most successful pictures, best first: the places, then the last rounds."""
        found = [id for place in self.order for id in place.pictures]
        for match in reversed(self.matches):
            found += [id for id in (match.winner, *match.pair) if id]
        return list(dict.fromkeys(found))[:most]

    def decide(self, verdict: Verdict) -> tuple[Duel, Decision]:
        """Decide on the current pair. Raises ValueError at the end or for another verdict."""
        if (pair := self.pair) is None:
            raise ValueError("the duel is at its end")
        if verdict not in DUEL_VERDICTS:
            raise ValueError(verdict)
        decision = Decision(picture=pair[0], other=pair[1], verdict=verdict)
        return self.with_decision(decision), decision

    def decide_again(self, match: DuelMatch, verdict: Verdict) -> tuple[Duel, Decision]:
        """Decide a match whose pair is known, possibly again. Raises ValueError for any other."""
        if len(match.pair) != 2 or verdict not in DUEL_VERDICTS:
            raise ValueError(verdict)
        decision = Decision(picture=match.pair[0], other=match.pair[1], verdict=verdict)
        return self.with_decision(decision), decision

    def with_best(self, best: int) -> Duel:
        """The duel for another number of places; all results stay."""
        return replace(self, definition=structs.replace(self.definition, best=best))

    def with_decision(self, decision: Decision) -> Duel:
        """The duel with a result added; it replaces an earlier one of its pair."""
        return replace(self, decisions=(*self.decisions, decision))

    def undone(self) -> Duel:
        """The duel before its last result."""
        return replace(self, decisions=self.decisions[:-1])

    def _standing(self) -> _Standing:
        return _standing(self.definition, self.decisions, self.gone)


def _middle(begin: int, end: int) -> int:
    return begin + (end - begin + 1) // 2


def most_comparisons(pictures: int, best: int) -> int:
    """Maximum number of comparisons without ties for the best k of n pictures."""
    if pictures < 2:
        return 0
    return pictures - 1 + (best - 1) * ceil(log2(pictures))


def seeded(pictures: Sequence[str], runs: Mapping[str, str]) -> tuple[str, ...]:
    """The pictures in an order that avoids matches within a run in the first round.

    `runs` has the runs by picture; pictures without a run are missing.
    """
    groups: dict[str, list[str]] = {}
    for id in dict.fromkeys(pictures):
        groups.setdefault(runs.get(id) or id, []).append(id)
    together = [id for group in sorted(groups.values(), key=len, reverse=True) for id in group]
    # Pictures that are half the list apart meet, so that the pictures of one run do not.
    half = (len(together) + 1) // 2
    pairs = [together[at::half] for at in range(half)]
    alone = next((pair for pair in pairs if len(pair) == 1), None)
    sizes = _leaves(len(together))
    both = [pair for pair in pairs if len(pair) == 2]
    found: list[str] = []
    spare = list(alone or ())
    for size in sizes:
        if size == 2:
            found += both.pop()
        elif spare:
            found.append(spare.pop())
        else:
            one, other = both.pop()
            found.append(one)
            spare.append(other)
    return tuple(found)


def _leaves(n: int) -> list[int]:
    """Sizes of the first matches of a balanced tree, left to right: 2, or 1 for a bye."""
    if n <= 2:
        return [n] if n else []
    middle = (n + 1) // 2
    return [*_leaves(middle), *_leaves(n - middle)]
