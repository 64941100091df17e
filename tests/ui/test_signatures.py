"""What only PySide6's error messages need is loaded with the first of them."""

from __future__ import annotations

import subprocess
import sys

import pytest

PUT_OFF = """
from studio.ui.signatures import put_off
with put_off():
    from PySide6.QtWidgets import QApplication, QLabel
"""
AT_ONCE = "from PySide6.QtWidgets import QApplication, QLabel"

WRONG = """
app = QApplication([])
label = QLabel()
def said(call):
    try:
        return repr(call())
    except Exception as error:
        return f"{type(error).__name__}: {error}"
print(said(lambda: label.setText(5)))
print(said(lambda: label.resize("wide")))
print(said(lambda: label.nothing()))
print(QLabel.setText.__doc__)
"""

LOADED = "import sys; print('shibokensupport.signature.parser' in sys.modules)"


def run(*code: str) -> str:
    """What a fresh Python prints."""
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(code)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_nothing_of_it_is_loaded_with_pyside6() -> None:
    hooked = "import builtins; print(hasattr(builtins, '__orig_import__'))"
    assert run(PUT_OFF, LOADED, hooked).split() == ["False", "False"]
    # Else this file is about nothing any more.
    assert run(AT_ONCE, LOADED, hooked).split() == ["True", "True"]


def test_messages_are_what_they_were() -> None:
    told = run(PUT_OFF, WRONG, LOADED)
    assert "PySide6.QtWidgets.QLabel.setText(arg__1: str, /)" in told
    assert told == run(AT_ONCE, WRONG, LOADED)


def test_two_threads_may_ask_at_once() -> None:
    both = """
from concurrent.futures import ThreadPoolExecutor
from PySide6.QtCore import QPoint
def wrong(_number):
    try:
        QPoint("x")
    except TypeError as error:
        return "QPoint" in str(error)
with ThreadPoolExecutor(8) as pool:
    print(*pool.map(wrong, range(64)))
"""
    assert set(run(PUT_OFF, both).split()) == {"True"}


@pytest.mark.parametrize("name", ["shibokensupport.signature.loader", "another.loader"])
def test_where_pyside6_loads_it_otherwise_it_is_read_at_once(name: str) -> None:
    """Another version may have another name for it; then nothing is put off, and nothing lost."""
    code = f"import studio.ui.signatures as s; s._LOADER = {name!r}"
    late = name != "another.loader"
    assert run(code, PUT_OFF, LOADED).strip() == str(not late)
