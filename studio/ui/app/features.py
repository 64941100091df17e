"""Python's own import again, once Qt is loaded; import this before what needs Qt.

For `from __feature__ import ...`, which this program never uses, PySide6 replaces it by one that
reads the source of every module imported later and looks in it for "PySide6" (`_mod_uses_pyside` in
its `feature.py`). That takes a quarter of the time in which the window's modules are loaded.
"""

from __future__ import annotations

import builtins

# Loading it replaces the import.
from PySide6 import QtCore  # noqa: F401

builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
