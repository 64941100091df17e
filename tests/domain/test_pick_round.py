"""Rounds of pick mode, against a plain list of decisions."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.domain.choices import RoundDefinition, Verdict
from studio.domain.pick_round import PickRound, number_of_round


def a_round(n: int) -> PickRound:
    pictures = tuple(f"p{number}" for number in range(n))
    return PickRound(id="r", definition=RoundDefinition(name="", pictures=pictures))


@settings(deadline=None, max_examples=200)
@given(n=st.integers(2, 30), seed=st.integers())
def test_decisions_undo_and_deletions_never_skip_or_repeat(n: int, seed: int) -> None:
    draw = random.Random(seed)
    one = a_round(n)
    made: list[tuple[str, Verdict]] = []
    gone: set[str] = set()
    for _step in range(8 * n):
        action = draw.random()
        if action < 0.2 and made:
            last, _verdict = made.pop()
            one = one.undone()
            assert one.place == one.pictures.index(last)
            if last not in gone:
                assert one.current == last
        elif action < 0.3:
            gone = set(draw.sample(one.pictures, draw.randint(0, n // 2)))
            one = replace(one, gone=frozenset(gone))
        elif (current := one.current) is not None:
            verdict = draw.choice([Verdict.PICK, Verdict.REJECT])
            one, decision = one.decide(verdict)
            assert (decision.picture, decision.verdict) == (current, verdict)
            made.append((current, verdict))
            after = [id for id in one.pictures[one.pictures.index(current) + 1 :] if id not in gone]
            assert one.current == (after[0] if after else None)
        assert one.current not in gone
        told = {id: verdict for id, verdict in made if id not in gone}
        counts = one.counts
        assert one.verdicts == told
        assert counts.total == n - len(gone)
        assert counts.picked + counts.rejected + counts.undecided == counts.total
        lists = [one.with_verdict(v) for v in (Verdict.PICK, Verdict.REJECT, Verdict.NONE)]
        assert sorted(id for some in lists for id in some) == sorted(set(one.pictures) - gone)


def test_one_key_a_picture_from_the_first_to_the_last() -> None:
    one = a_round(5)
    seen = []
    while not one.finished:
        seen.append(one.current)
        assert one.counts.number == len(seen)
        one, _decision = one.decide(Verdict.PICK)
    assert seen == list(one.pictures)
    assert one.counts.number == 6
    with pytest.raises(ValueError, match="end"):
        one.decide(Verdict.PICK)
    assert one.undone().current == "p4"


def test_without_advancing_the_picture_stays() -> None:
    one, decision = a_round(3).decide(Verdict.REJECT, advance=False)
    assert (one.current, decision.place) == ("p0", 0)
    again, _decision = one.decide(Verdict.PICK)
    assert again.with_verdict(Verdict.PICK) == ["p0"]
    assert again.undone().verdicts == {"p0": Verdict.REJECT}


def test_leafing_stays_within_what_is_there() -> None:
    one = replace(a_round(5), gone=frozenset({"p1", "p4"}))
    assert one.step(1).current == "p2"
    assert one.step(-1).current == "p0"
    assert one.step(99).current == "p3"
    assert one.step(99).step(-1).current == "p2"
    assert one.go_to("p2").neighbours() == ["p3", "p0"]
    assert replace(a_round(2), gone=frozenset({"p0", "p1"})).step(1).finished


def test_rounds_with_some_of_the_pictures_of_the_one_before_are_numbered() -> None:
    def made(created: float, pictures: str, name: str = "Harbour") -> PickRound:
        definition = RoundDefinition(name=name, pictures=tuple(pictures), created=created)
        return PickRound(id=str(created), definition=definition)

    whole, picks, other = made(1, "abcdef"), made(2, "bdf"), made(3, "ab", "Pier")
    last, anew = made(4, "df"), made(5, "abcdef")
    rounds = [anew, last, other, picks, whole]
    assert [number_of_round(one, rounds) for one in rounds] == [1, 3, 1, 2, 1]
