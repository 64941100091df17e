"""The fuzz target works: it accepts every seed, and reports unconverted errors."""

from __future__ import annotations

import pytest

from studio.providers.gemini import answer
from tests import fuzz_answers


def test_every_seed_is_read(tmp_path):
    target = fuzz_answers.Target(tmp_path)
    known = list(fuzz_answers.seeds())
    assert len(known) > 50
    for seed in known:
        target(seed)


def test_a_broken_reader_is_found(tmp_path, monkeypatch):
    def broken(*_ignored, **_more):
        raise ZeroDivisionError

    monkeypatch.setattr(answer, "gather", broken)
    monkeypatch.setattr(answer, "unreadable", lambda _source, error: error)
    target = fuzz_answers.Target(tmp_path)
    with pytest.raises(ZeroDivisionError):
        target(b'\0{"candidates": []}')
