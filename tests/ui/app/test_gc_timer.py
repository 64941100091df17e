"""Garbage is collected where it does no harm."""

from __future__ import annotations

import gc

import pytest
from PySide6.QtWidgets import QApplication

from studio.ui.app.gc_timer import GcTimer


@pytest.mark.parametrize("automatic", [True, False])
def test_the_automatic_collection_is_left_as_it_was(
    application: QApplication, *, automatic: bool
) -> None:
    """Left on by one test, it would let Qt objects of the next ones die on any thread.

    What the timer froze stays frozen, as what each file leaves: to thaw it would thaw all modules.
    """
    assert not gc.isenabled()
    if automatic:
        gc.enable()
    try:
        garbage = GcTimer(application)
        assert not gc.isenabled()
        garbage.stop()
        assert gc.isenabled() is automatic
    finally:
        gc.disable()
