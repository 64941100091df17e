"""Overrides of Qt functions on partly constructed or destroyed objects.

Qt calls them within other calls: while `__init__` still sets attributes, and when Python's garbage
collector has cleared an object that Qt hides while its parent is destroyed.
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
    """Decorate an override to call Qt's own function while the object lacks this attribute.

    Name the attribute that `__init__` sets last among those the override reads.
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
    """The function of the nearest Qt class."""
    base = next(base for base in made.__mro__ if base.__module__.startswith("PySide6."))
    return getattr(base, name)
