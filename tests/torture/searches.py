"""Every regular expression of the program on long texts that only begin to match."""

from __future__ import annotations

import ast
import importlib
import random
import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from tests.torture.pulse import LIMIT

_ROOT = Path(__file__).parents[2]
_SIZE = 8 * 1024
"""Characters of each text: what is searched in one call while the window waits."""

_GIVEN_UP = 2.0
"""Seconds of a search after which it is not waited for."""

_CALLS = {"search", "sub", "subn", "finditer", "findall", "split", "match", "fullmatch"}
_SHORT = {"studio.cli.markup", "studio.library.index.search_language"}
"""Modules whose texts somebody types."""

_BOUNDED = {
    "studio.generation.partial_json._HALF_WORD": 64,
    "studio.providers.base64_text._PREFIX": 256,
}
"""Patterns that see so many characters at most."""

_PIECES = (
    "\\u202e\\u001b[31m<b>",
    "word of text, and so ",
    "A" * 39 + ".",
    "A" * 199 + ".",
    "A" * 1000 + ".",
    ("A" * 60 + "\\n") * 11 + "!",
    ("A" * 60 + " " * 8) * 11 + "!",
    "data:image/png;",
    "![a](",
    "<img ",
    "<!--",
    "a: ",
    "a=b;",
    "a.",
    "aA_",
    "Error ",
    "1.1.",
    "$1,",
    "error: ",
    "\r\n\r\n",
    *"[{(<\"'`\\ \n\t.,:;-_/*#~@&%=|!?0aZ\u00a0\u0627\u6f22\U0001f600",
)


if sys.platform == "win32":
    # Never raised there: nothing gives up, a search that is slow only takes its time.
    _ALARM = signal.SIGBREAK

    def _set_alarm(_seconds: float) -> None:
        """Windows has no timers of signals."""

else:
    _ALARM = signal.SIGALRM

    def _set_alarm(seconds: float) -> None:
        signal.setitimer(signal.ITIMER_REAL, seconds)


class _GivenUpError(Exception):
    """A search took too long to be waited for."""


def _patterns() -> Iterator[tuple[str, str, re.Pattern[str] | re.Pattern[bytes]]]:
    """Name, method and pattern of each search, but for the window's own."""
    for path in sorted((_ROOT / "studio").rglob("*.py")):
        module = ".".join(path.relative_to(_ROOT).with_suffix("").parts)
        if module.startswith("studio.ui.") or module in _SHORT:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if (
                    method in _CALLS
                ):
                    found = getattr(importlib.import_module(module), name, None)
                    if isinstance(found, re.Pattern):
                        yield f"{module}.{name}", method, found


def _held(pattern: re.Pattern[str] | re.Pattern[bytes], method: str, text: str) -> float:
    """Milliseconds of the processor until nothing more is found."""
    looked: str | bytes = text if isinstance(pattern.pattern, str) else text.encode()
    _set_alarm(_GIVEN_UP)
    began = time.thread_time()
    try:
        if method in ("match", "fullmatch"):
            getattr(pattern, method)(looked)
        else:
            # A substitution does the same, and calls back.
            for _found in pattern.finditer(looked):  # type: ignore[arg-type]
                pass
    except _GivenUpError:
        pass
    finally:
        _set_alarm(0)
    return (time.thread_time() - began) * 1000


def search_everything(_folder: Path, number: int) -> int:
    """Search that many hostile texts with every pattern; how many texts they were."""

    def give_up(_number: int, _frame: FrameType | None) -> None:
        raise _GivenUpError

    usual = signal.signal(_ALARM, give_up)
    try:
        chance = random.Random(3)
        texts = [piece * (_SIZE // len(piece)) for piece in _PIECES]
        while len(texts) < number:
            mixed = "".join(chance.choice(_PIECES) * chance.choice((1, 2, 300)) for _part in "abcd")
            texts.append((mixed * (_SIZE // len(mixed) + 1))[:_SIZE])
        slow = []
        for name, method, pattern in {(n, m): (n, m, p) for n, m, p in _patterns()}.values():
            most = _BOUNDED.get(name, _SIZE)
            longest, text = max((_held(pattern, method, text[:most]), text) for text in texts)
            if longest > LIMIT:
                slow.append(f"{name}.{method}: {longest:.0f} ms on {text[:40]!r}")
        assert slow == [], "\n".join(slow)
    finally:
        signal.signal(_ALARM, usual)
    return len(texts)
