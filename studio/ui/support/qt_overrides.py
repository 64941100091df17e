"""Overrides of Qt's functions on objects that are half made or half gone.

Qt calls them in the middle of other calls: while `__init__` still sets attributes, and when the
collector of Python has emptied an object that Qt still hides while the one around it dies.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

Self = TypeVar("Self")
Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def needs(
    attribute: str,
) -> Callable[
    [Callable[Concatenate[Self, Given], Answer]], Callable[Concatenate[Self, Given], Answer]
]:
    """Leave the call to Qt's own function as long as the object lacks this attribute.

    Name the one that `__init__` sets last of those the override reads.
    """

    def decorate(
        override: Callable[Concatenate[Self, Given], Answer],
    ) -> Callable[Concatenate[Self, Given], Answer]:
        @wraps(override)
        def guarded(self: Self, /, *args: Given.args, **kwargs: Given.kwargs) -> Answer:
            if attribute in self.__dict__:
                return override(self, *args, **kwargs)
            own: Any = _qts_own(type(self), override.__name__)
            answer: Answer = own(self, *args, **kwargs)
            return answer

        return guarded

    return decorate


def _qts_own(made: type, name: str) -> object:
    """The function of the nearest class of Qt."""
    base = next(base for base in made.__mro__ if base.__module__.startswith("PySide6."))
    return getattr(base, name)
