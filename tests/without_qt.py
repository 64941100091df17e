"""The core part of the tests, run by a Python that has no Qt: `-p tests.without_qt`.

Coroutines run on plain asyncio alone, and pytest-qt's settings in pyproject.toml are known though
pytest-qt is not there. `packaging/other_pythons.py` is who asks for it.
"""

from __future__ import annotations

import pytest

from tests import loops


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("qt_api", "pytest-qt's")
    parser.addini("qt_log_level_fail", "pytest-qt's")
    parser.addini("qt_log_ignore", "pytest-qt's", type="linelist")


def pytest_configure(config: pytest.Config) -> None:
    loops.LOOPS.pop("qasync")
