"""Reading of untrusted JSON of other programs, and limits shared by all readers of JSON.

Separate from `json_reader`, which imports msgspec: without it the decoding process starts in three
quarters of the time.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import Any

LONGEST = 64 << 20
"""Limit in bytes of a file that is read as one value."""

DEEPEST = 100
"""Limit of nested brackets; files of this program have fewer than twenty."""

_SHALLOW = 4
_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_STRING = re.compile(rb'"[^"]*"?')
_NO_BRACKET = bytes(sign for sign in range(256) if sign not in b"[]{}")


class NotUnderstood(ValueError):
    """Invalid data; the message is for the log."""


def depth(data: bytes) -> int:
    """Number of nested brackets outside of strings."""
    signs = _STRING.sub(b"", _ESCAPE.sub(b"", data)).translate(None, _NO_BRACKET)
    return max(accumulate(1 if sign in b"[{" else -1 for sign in signs), default=0)


def is_deep(data: bytes) -> bool:
    """Whether the JSON has more than `DEEPEST` nested brackets."""
    signs = _STRING.sub(b"", _ESCAPE.sub(b"", data)).translate(None, _NO_BRACKET)
    for _level in range(_SHALLOW):
        # A few rounds remove most brackets.
        signs = signs.replace(b"[]", b"").replace(b"{}", b"")
    steps = (1 if sign in b"[{" else -1 for sign in signs)
    return max(accumulate(steps), default=0) > DEEPEST - _SHALLOW


def forgiving(text: str | bytes) -> Any:
    """The value as dicts, lists, strings and numbers; NaN and infinities are None.

    Strings may contain unpaired surrogates. Raises NotUnderstood.
    """
    body = text.encode("utf-8", "replace") if isinstance(text, str) else text
    if len(body) > LONGEST or is_deep(body):
        raise NotUnderstood("too long or too deep")
    try:
        return json.loads(body, parse_constant=_no_number)
    except (ValueError, OverflowError, RecursionError, MemoryError) as error:
        raise NotUnderstood(str(error) or type(error).__name__) from None


def _no_number(_name: str) -> None:
    return None
