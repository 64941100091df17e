"""Values: `dataclass` as the standard library has it, made in a third of the time.

The standard library writes and compiles six functions for each frozen dataclass; a start makes
eighty of them. Here only `__init__` is written, and only when the first of its kind is made; the
rest are functions that ask for the fields.
What a class is and does stays the same: fields, `replace`, `asdict`, equality, hash, repr, slots.
Neither `__post_init__`, `order` nor `InitVar` is known here. For type checkers this *is*
`dataclasses.dataclass`.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass
else:

    def dataclass(cls=None, /, *, frozen=False, slots=False, kw_only=False, eq=True):
        """Make a class a dataclass; see the standard library."""

        def make(cls):
            if not cls.__doc__:
                # Else the standard library would work out a signature to put there.
                cls.__doc__ = cls.__name__
            made = dataclasses.dataclass(
                init=False, repr=False, eq=False, slots=slots, kw_only=kw_only
            )(cls)
            _complete(made, frozen=frozen, eq=eq)
            return made

        return make if cls is None else make(cls)


def _complete(made: type[Any], *, frozen: bool, eq: bool) -> None:
    fields = dataclasses.fields(made)
    methods: dict[str, Any] = {
        "__init__": _init_at_first_use(made, fields, frozen=frozen),
        "__repr__": _repr,
    }
    if frozen:
        methods |= {
            "__setattr__": _refuse_setting,
            "__delattr__": _refuse_deleting,
            "__getstate__": _state,
            "__setstate__": _set_state,
        }
    if eq:
        methods["__eq__"] = _eq(tuple(f.name for f in fields if f.compare))
        hashed = tuple(f.name for f in fields if (f.compare if f.hash is None else f.hash))
        methods["__hash__"] = _hash(hashed) if frozen else None
    own = vars(made)
    for name, method in methods.items():
        # A class without __hash__ of its own that has __eq__ carries None there.
        if own.get(name) is None:
            setattr(made, name, method)


def _init_at_first_use(
    made: type[Any], fields: tuple[dataclasses.Field[Any], ...], *, frozen: bool
) -> Callable[..., None]:
    def __init__(self: Any, *values: Any, **named: Any) -> None:  # noqa: N807 - it becomes that
        written = _init(fields, frozen=frozen)
        written.__qualname__ = __init__.__qualname__
        if vars(made)["__init__"] is __init__:
            type.__setattr__(made, "__init__", written)
        written(self, *values, **named)

    __init__.__qualname__ = f"{made.__qualname__}.__init__"
    return __init__


def _init(fields: tuple[dataclasses.Field[Any], ...], *, frozen: bool) -> Callable[..., None]:
    known: dict[str, Any] = {"_set": object.__setattr__, "_missing": dataclasses.MISSING}
    plain: list[str] = ["self"]
    named: list[str] = []
    body: list[str] = []
    for each in fields:
        name, word = each.name, each.name
        value = name
        if each.default is not dataclasses.MISSING:
            known[f"_usual_{name}"] = each.default
            word = f"{name}=_usual_{name}"
        elif each.default_factory is not dataclasses.MISSING:
            known[f"_make_{name}"] = each.default_factory
            word = f"{name}=_missing"
            value = f"_make_{name}() if {name} is _missing else {name}"
        (named if each.kw_only else plain).append(word)
        body.append(f" _set(self,{name!r},{value})" if frozen else f" self.{name}={value}")
    words = ",".join([*plain, *(["*", *named] if named else [])])
    text = f"def __init__({words}):\n" + ("\n".join(body) or " pass")
    exec(text, known)  # noqa: S102 - names of fields, as in dataclasses itself
    made: Callable[..., None] = known["__init__"]
    return made


def _values(names: tuple[str, ...], value: Any) -> tuple[Any, ...]:
    return tuple([getattr(value, name) for name in names])


def _eq(names: tuple[str, ...]) -> Callable[[Any, Any], Any]:
    def __eq__(self: Any, other: Any) -> Any:  # noqa: N807 - it becomes that method
        if other.__class__ is not self.__class__:
            return NotImplemented
        return self is other or _values(names, self) == _values(names, other)

    return __eq__


def _hash(names: tuple[str, ...]) -> Callable[[Any], int]:
    def __hash__(self: Any) -> int:  # noqa: N807 - it becomes that method
        return hash(_values(names, self))

    return __hash__


def _repr(self: Any) -> str:
    shown = (f"{f.name}={getattr(self, f.name)!r}" for f in dataclasses.fields(self) if f.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse_setting(_self: Any, name: str, _value: Any) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_deleting(_self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, each.name) for each in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for each, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)
