"""Modules that are loaded at their first use."""

from __future__ import annotations

import subprocess
import sys

import pytest

START = "import sys; from studio.late import load_late; load_late({name!r}); "


def said(name: str, code: str) -> str:
    """What a fresh Python prints that loads `name` late."""
    words = [sys.executable, "-c", START.format(name=name) + code]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_an_import_alone_loads_nothing() -> None:
    assert said("asyncio", "import asyncio; print('asyncio.events' in sys.modules)") == "False"


@pytest.mark.parametrize(
    "use",
    [
        "import asyncio; asyncio.Event",
        "from asyncio import Event",
        "import asyncio.subprocess",
        "from asyncio import *; Event",
        "from asyncio import subprocess",
    ],
)
def test_every_use_loads_all_of_it(use: str) -> None:
    after = "; import asyncio; print('asyncio.events' in sys.modules, asyncio.Event.__name__)"
    assert said("asyncio", use + after) == "True Event"


def test_who_imported_it_before_sees_the_module_that_came() -> None:
    code = (
        "import socket as early; early.AF_INET; import socket; "
        "print(early.socket is socket.socket, type(socket).__name__)"
    )
    assert said("socket", code) == "True module"


def test_what_is_loaded_already_stays() -> None:
    code = "print('stand-in' if type(sys.modules['os']).__name__ == '_Late' else 'os')"
    assert said("os", code) == "os"


def test_looking_at_it_from_outside_loads_nothing() -> None:
    code = (
        "import asyncio, inspect; inspect.unwrap(asyncio); hasattr(asyncio, '__file__'); "
        "print('asyncio.events' in sys.modules)"
    )
    assert said("asyncio", code) == "False"


def test_what_is_not_wanted_counts_as_not_installed_for_a_moment() -> None:
    code = (
        "from studio.late import without\n"
        "with without('colorsys'):\n"
        "    try: import colorsys\n"
        "    except ImportError: print('none')\n"
        "import colorsys; print(colorsys.__name__)\n"
        "with without('colorsys'): import colorsys; print('kept')"
    )
    assert said("socket", f"exec({code!r})").split() == ["none", "colorsys", "kept"]
