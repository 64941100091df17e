"""Modules that are loaded at their first use, whoever imports them.

What `lazy import` will be in Python itself. The standard library's own `LazyLoader` does not serve:
there the next `import` of the module counts as a use.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


class _Late(ModuleType):
    """Stands in for a module until something of it is asked for; then it has all of it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in ("__path__", "__all__"):
            # `import` and whoever inspects modules ask for these, and are content without.
            raise AttributeError(name)
        return getattr(self._load(), name)

    def _load(self) -> ModuleType:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        module = importlib.import_module(self.__name__)
        self.__dict__.update(module.__dict__)
        return module


def load_late(name: str) -> None:
    """Load a module of the standard library at its first use; nothing where it is loaded already.

    Whoever imports it until then holds a stand-in that passes everything on. Not for modules that
    others replace parts of at run time.
    """
    if name not in sys.modules:
        sys.modules[name] = _Late(name)


@contextmanager
def without(name: str) -> Iterator[None]:
    """Meanwhile a module that is not loaded yet counts as not installed.

    For what a library takes where it is there and needs only on older versions of Python.
    """
    if name in sys.modules:
        yield
        return
    # So Python itself notes that there is none.
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]
