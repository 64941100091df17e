"""Duels: the best k of n by comparisons of two, against a plain order."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from studio.domain.choices import Decision, DuelDefinition, Verdict
from studio.domain.duel import Duel, DuelMatch, most_comparisons, seeded


def a_duel(n: int, best: int) -> Duel:
    pictures = tuple(f"p{number}" for number in range(n))
    return Duel(id="d", definition=DuelDefinition(name="", pictures=pictures, best=best))


def placed(duel: Duel) -> list[str]:
    return [id for place in duel.order for id in place.pictures]


@settings(deadline=None, max_examples=200)
@given(n=st.integers(2, 60), best=st.integers(1, 8), seed=st.integers())
def test_the_best_are_found_with_few_comparisons(n: int, best: int, seed: int) -> None:
    best = min(best, n)
    duel = a_duel(n, best)
    rank = {id: at for at, id in enumerate(random.Random(seed).sample(duel.present, n))}
    number, met = 0, set()
    while (pair := duel.pair) is not None:
        assert duel.to_come > 0
        assert number + duel.to_come <= most_comparisons(n, best)
        assert frozenset(pair) not in met, "a pair is never asked for twice"
        met.add(frozenset(pair))
        first = rank[pair[0]] < rank[pair[1]]
        duel, _decision = duel.decide(Verdict.FIRST if first else Verdict.SECOND)
        number += 1
    assert duel.to_come == 0
    assert placed(duel) == sorted(rank, key=rank.__getitem__)[:best]
    assert number <= most_comparisons(n, best)


@settings(deadline=None, max_examples=150)
@given(n=st.integers(2, 24), best=st.integers(1, 5), seed=st.integers())
def test_ties_undo_and_deletions_never_repeat_a_pair_or_lose_a_picture(
    n: int, best: int, seed: int
) -> None:
    draw = random.Random(seed)
    best = min(best, n)
    duel = a_duel(n, best)
    verdicts = [Verdict.FIRST, Verdict.SECOND, Verdict.BOTH, Verdict.NEITHER]
    for _step in range(20 * n):
        action = draw.random()
        if action < 0.15:
            duel = duel.undone()
        elif action < 0.2:
            gone = draw.sample(duel.definition.pictures, draw.randint(0, n // 3))
            duel = replace(duel, gone=frozenset(gone))
        elif (pair := duel.pair) is None:
            break
        else:
            known = {frozenset((one.picture, one.other)) for one in duel.decisions}
            assert frozenset(pair) not in known
            assert not duel.gone.intersection(pair)
            before = duel
            duel, _decision = duel.decide(draw.choice(verdicts))
            assert duel.undone() == before
            assert duel.undone().pair == pair
    order = placed(duel)
    assert len(order) == len(set(order))
    assert not duel.gone.intersection(order)
    if duel.pair is None:
        neither = [one for one in duel.decisions if one.verdict is Verdict.NEITHER]
        assert len(order) >= min(best, len(duel.present)) or neither


def test_both_share_a_place_and_neither_drops_both() -> None:
    duel = a_duel(4, 2)
    duel, _decision = duel.decide(Verdict.BOTH)
    assert duel.pair == ("p2", "p3"), "a round is decided before the next one"
    duel, _decision = duel.decide(Verdict.FIRST)
    duel, _decision = duel.decide(Verdict.FIRST)
    assert [(one.number, one.pictures) for one in duel.order] == [(1, ("p0", "p1"))]
    assert duel.finished
    dropped = a_duel(4, 2)
    dropped, _decision = dropped.decide(Verdict.NEITHER)
    dropped, _decision = dropped.decide(Verdict.SECOND)
    assert [(one.number, one.pictures) for one in dropped.order] == [(1, ("p3",)), (2, ("p2",))]


def test_another_result_for_an_earlier_pair_counts() -> None:
    duel = a_duel(3, 1)
    duel, first = duel.decide(Verdict.FIRST)
    duel, _decision = duel.decide(Verdict.FIRST)
    assert placed(duel) == ["p0"]
    again = a_duel(3, 1).decide(Verdict.SECOND)[1]
    assert (again.picture, again.other) == (first.picture, first.other)
    changed = duel.with_decision(again)
    assert changed.pair == ("p1", "p2")


@settings(deadline=None, max_examples=150)
@given(n=st.integers(2, 24), best=st.integers(1, 4), seed=st.integers())
def test_the_tree_shows_each_pair_once_and_the_next_pairs_come_true(
    n: int, best: int, seed: int
) -> None:
    draw = random.Random(seed)
    duel = a_duel(n, min(best, n))
    while (pair := duel.pair) is not None:
        matches = duel.matches
        assert len(matches) == n - 1
        open_ones = [one for one in matches if one.pair and not one.decided]
        assert open_ones[0].pair == pair, "the pair shown is the first open match"
        assert all(set(one.pair) <= set(duel.present[one.begin : one.end]) for one in matches)
        expected = duel.next_pairs()
        duel, _decision = duel.decide(draw.choice([Verdict.FIRST, Verdict.SECOND]))
        assert duel.pair is None or duel.pair in expected
    assert not duel.next_pairs()
    last = duel.last(n)
    assert last[: len(placed(duel))] == placed(duel)
    assert len(last) == len(set(last)) == n


def test_the_last_are_the_winner_the_final_and_the_rounds_before() -> None:
    duel = a_duel(8, 1)
    while duel.pair is not None:
        duel, _decision = duel.decide(Verdict.FIRST)
    assert duel.last(2) == ["p0", "p4"]
    assert set(duel.last(4)) == {"p0", "p2", "p4", "p6"}
    assert duel.losers_to("p0") == ["p1", "p2", "p4"]
    assert duel.losers_to("p1") == []


def test_another_number_of_places_keeps_the_results() -> None:
    duel = a_duel(4, 1)
    while duel.pair is not None:
        duel, _decision = duel.decide(Verdict.FIRST)
    more = duel.with_best(2)
    assert more.decisions == duel.decisions
    assert more.pair == ("p1", "p2")
    assert more.done == 3
    assert more.decide(Verdict.SECOND)[0].with_best(1).finished


def test_only_verdicts_of_two_decide_a_pair() -> None:
    duel = a_duel(2, 1)
    with pytest.raises(ValueError, match="pick"):
        duel.decide(Verdict.PICK)
    with pytest.raises(ValueError, match="end"):
        duel.decide(Verdict.FIRST)[0].decide(Verdict.FIRST)


@settings(deadline=None, max_examples=200)
@given(n=st.integers(2, 50), runs=st.integers(1, 9))
def test_pictures_of_one_run_do_not_meet_in_the_first_round(n: int, runs: int) -> None:
    ids = [f"p{number}" for number in range(n)]
    run = {id: f"r{number % runs}" for number, id in enumerate(ids)}
    order = seeded(ids, run)
    assert sorted(order) == sorted(ids)
    duel, met = Duel(id="d", definition=DuelDefinition(name="", pictures=order)), []
    for _match in range(_first_round(n)):
        assert duel.pair is not None
        met.append(duel.pair)
        duel, _decision = duel.decide(Verdict.FIRST)
    assert len({id for pair in met for id in pair}) == 2 * len(met)
    if max(Counter(run.values()).values()) <= n // 2:
        assert [pair for pair in met if run[pair[0]] == run[pair[1]]] == []


def _first_round(n: int) -> int:
    """Number of matches between two pictures that met nobody before, of the lowest level."""
    if n <= 2:
        return n // 2
    return _first_round((n + 1) // 2) + _first_round(n - (n + 1) // 2)


def test_earlier_matches_come_in_the_order_of_the_decisions_with_their_last_result() -> None:
    duel = a_duel(4, 1)
    first = duel.pair
    duel, _decision = duel.decide(Verdict.SECOND)
    second = duel.pair
    duel, _decision = duel.decide(Verdict.BOTH)
    assert [one.pair for one in duel.earlier] == [first, second]
    assert [duel.verdict_of(one) for one in duel.earlier] == [Verdict.SECOND, Verdict.BOTH]
    again, _decision = duel.decide_again(duel.earlier[0], Verdict.NEITHER)
    assert [one.pair for one in again.earlier] == [first, second]
    assert again.verdict_of(again.earlier[0]) is Verdict.NEITHER
    turned = replace(duel, decisions=(_turned(duel.decisions[0]), *duel.decisions[1:]))
    assert turned.verdict_of(turned.earlier[0]) is Verdict.SECOND
    with pytest.raises(ValueError, match="a"):
        duel.verdict_of(DuelMatch(begin=0, end=2, round=1, pair=("a", "z")))


def _turned(one: Decision) -> Decision:
    return structs.replace(one, picture=one.other, other=one.picture, verdict=Verdict.FIRST)
