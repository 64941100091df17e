"""A value made by `studio.values` is and does what the standard library's dataclass does."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import field
from typing import Any

import pytest

from studio import values


def _classes(dataclass: Any) -> tuple[type[Any], type[Any], type[Any]]:
    @dataclass(frozen=True, slots=True)
    class Point:
        """A point."""

        x: int
        y: int = 2
        marks: dict[str, int] = field(default_factory=dict, hash=False, repr=False)

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Named:
        x: int
        note: str = field(default="", compare=False)

    @dataclass(slots=True)
    class Open:
        x: int
        many: list[int] = field(default_factory=list)

    return Point, Named, Open


OURS, THEIRS = _classes(values.dataclass), _classes(dataclasses.dataclass)
Pickled: Any = values.dataclass(frozen=True, slots=True)(
    type("Pickled", (), {"__annotations__": {"x": "int"}, "__module__": __name__})
)


def test_it_reads_like_the_standard_librarys() -> None:
    made = [(p(1), p(1, 3), n(x=1, note="a"), o(1, [2])) for p, n, o in (OURS, THEIRS)]
    assert repr(made[0]) == repr(made[1])
    assert [dataclasses.asdict(each) for each in made[0]] == [
        dataclasses.asdict(each) for each in made[1]
    ]


@pytest.mark.parametrize(("point", "named", "open_"), [OURS, THEIRS])
def test_equality_and_hash(point: Any, named: Any, open_: Any) -> None:
    assert point(1) == point(1, 2) != point(1, 3)
    assert point(1, 2, {"a": 1}) != point(1, 2)
    assert hash(point(1, 2, {"a": 1})) == hash(point(1, 2)) != hash(point(2, 2))
    assert named(x=1, note="a") == named(x=1, note="b")
    assert point(1) != (1, 2, {})
    assert open_(1) == open_(1)
    with pytest.raises(TypeError, match="unhashable"):
        hash(open_(1))


@pytest.mark.parametrize(("point", "named", "open_"), [OURS, THEIRS])
def test_what_is_frozen_stays(point: Any, named: Any, open_: Any) -> None:
    one = point(1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.x = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del one.x
    assert dataclasses.replace(one, x=5) == point(5)
    assert not hasattr(one, "__dict__")
    changed = open_(1)
    changed.x = 2
    assert changed == open_(2)
    with pytest.raises(TypeError):
        named(1)
    with pytest.raises(TypeError):
        point()


def test_each_has_lists_of_its_own() -> None:
    _point, _named, open_ = OURS
    one, other = open_(1), open_(1)
    one.many.append(1)
    assert other.many == []


def test_copies_and_pickles() -> None:
    one = OURS[0](1, 2, {"a": 1})
    twin = copy.deepcopy(one)
    assert twin == one
    assert twin.marks is not one.marks
    assert pickle.loads(pickle.dumps(Pickled(3))) == Pickled(3)


def test_methods_of_the_class_itself_win() -> None:
    @values.dataclass(frozen=True, slots=True)
    class Quiet:
        x: int

        def __repr__(self) -> str:
            return "quiet"

    assert repr(Quiet(1)) == "quiet"


def test_a_class_is_written_when_the_first_of_its_kind_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[int] = []
    write = values._init

    def counted(*args: Any, **named: Any) -> Any:
        written.append(1)
        return write(*args, **named)

    monkeypatch.setattr(values, "_init", counted)
    made, _named, _open = _classes(values.dataclass)
    assert not written
    assert [made(1), made(1, 3)] == [made(x=1), made(x=1, y=3)]
    assert len(written) == 1
    with pytest.raises(TypeError):
        made()
    fresh, _named, _open = _classes(values.dataclass)
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'x'"):
        fresh()
    below = type("Below", (fresh,), {})
    assert below(4).x == 4
