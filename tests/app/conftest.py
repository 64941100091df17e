"""Coroutines of tests here run on plain asyncio and the window's loop; they share an exporter."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from studio.imaging.exporter import Exporter
from tests.loops import pytest_generate_tests, pytest_pyfunc_call

__all__ = ["pytest_generate_tests", "pytest_pyfunc_call"]


@pytest.fixture(scope="session")
def exporter() -> Iterator[Exporter]:
    """The exporting processes of all tests that are not about them: to start one takes 0.1 s."""
    one = Exporter()
    yield one
    asyncio.run(one.close())
