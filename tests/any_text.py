"""Texts of all signs, for properties that hold for any."""

from __future__ import annotations

from hypothesis import strategies as st


def any_text(*, min_size: int = 0, max_size: int | None = None) -> st.SearchStrategy[str]:
    """Like `st.text`, which tries the codec on every sign there is: that takes two seconds."""
    return st.text(st.characters(exclude_categories=["Cs"]), min_size=min_size, max_size=max_size)
