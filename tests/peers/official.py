"""The official client; its import takes a second, which only the tests beside it need."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import pytest


@cache
def genai() -> Any:
    """Module of the official client; skips the test where it is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("google.genai")
