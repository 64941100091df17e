"""Here the decoding process itself is looked at: each is started as the program starts it."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

if sys.platform == "linux":
    from tests.warm_decoder import WARM

    @pytest.fixture(autouse=True)
    def cold() -> Iterator[None]:
        WARM.cold = True
        yield
        WARM.cold = False
