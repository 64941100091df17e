"""Coroutines of tests here run on plain asyncio and on the window's loop."""

from __future__ import annotations

from tests.loops import pytest_generate_tests, pytest_pyfunc_call

__all__ = ["pytest_generate_tests", "pytest_pyfunc_call"]
