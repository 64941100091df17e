"""PySide6 without what only its error messages need, until there is one.

With its first import PySide6 reads what tells the signatures of its functions: a dozen modules,
compiled from their source each time, more than half of that import. It also replaces `__import__`,
to find modules that ask for its features, and reads the source of each module imported from then
on. No window needs any of it before a call has wrong arguments (docs/decisions/start.md).
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module, machinery
from types import ModuleType
from typing import Any

_LOADER = "shibokensupport.signature.loader"
_ASKED = ("pyside_type_init", "create_signature", "seterror_argument", "make_helptext")
"""What PySide6 calls in it, when a signature is wanted."""

_USELESS = ("post_init", "finish_import", "feature_import", "feature_imported")
"""What it calls to watch imports, for deprecated functions and for features."""

_MAPPING = "shibokensupport.signature.mapping"
_UPDATE = "update_mapping"
"""PySide6 looks into this one without asking the loader, and calls this function before."""


@contextmanager
def put_off() -> Iterator[None]:
    """While PySide6 is imported for the first time: what tells signatures is left for later.

    Where PySide6 comes to load it in another way, it is read at once, as it is without this.
    """
    plain = machinery.ModuleSpec

    def specify(name: str, loader: Any, **more: Any) -> machinery.ModuleSpec:
        later: Any = _Later(loader) if name == _LOADER else loader
        return plain(name, later, **more)

    # PySide6 finds these modules in its own library, and describes each of them with this.
    machinery.ModuleSpec = specify  # type: ignore[assignment, misc]
    try:
        yield
    finally:
        machinery.ModuleSpec = plain  # type: ignore[misc]


class _Later:
    """Makes a stand-in for the module that loads the others, at the first call of one of these."""

    def __init__(self, loader: Any) -> None:
        """`loader` is PySide6's own, which reads the modules from its library."""
        self._loader = loader
        self._lock = threading.RLock()
        self._loaded = False

    def create_module(self, spec: machinery.ModuleSpec) -> None:
        """None: a plain module will do."""

    def exec_module(self, module: ModuleType) -> None:
        """Put the stand-ins into the module."""
        for name in _ASKED:
            setattr(module, name, self._at_first_use(module, name))
        for name in _USELESS:
            setattr(module, name, _nothing)
        mapping = import_module(_MAPPING)
        setattr(mapping, _UPDATE, self._one_by_one(module, getattr(mapping, _UPDATE)))

    def _at_first_use(self, module: ModuleType, name: str) -> Callable[..., Any]:
        def call(*values: Any, **named: Any) -> Any:
            self._load(module)
            return getattr(module, name)(*values, **named)

        return call

    def _one_by_one(self, module: ModuleType, update: Callable[[], None]) -> Callable[[], None]:
        def call() -> None:
            # One thread must not find what another has half put there.
            with self._lock:
                self._load(module)
                update()

        return call

    def _load(self, module: ModuleType) -> None:
        with self._lock:
            if self._loaded:
                return
            # Only while PySide6 imported them itself the way to its library was known.
            sys.meta_path.insert(0, self._loader)
            try:
                self._loader.exec_module(module)
            finally:
                sys.meta_path.remove(self._loader)
                self._loaded = True


def _nothing(*_values: Any, **_named: Any) -> None:
    """What nobody here asks for."""
