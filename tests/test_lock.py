"""The lock names package versions, markers and hashes, and nothing else."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import grimp
import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("run.txt", "dev.txt")

PLACES = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
    "macos": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
}
PYTHONS = ("3.11", "3.12", "3.13")

LINE = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9-]*)==(?P<version>[0-9][0-9a-z.]*)(?: ; (?P<marker>[^\\#]+?))?"
    r"(?P<hashes>(?: --hash=sha256:[0-9a-f]{64})+)"
)


def entries(name: str) -> list[re.Match[str]]:
    """The lock's entries, each on one line; fails on anything that is not one."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    lines = re.sub(r"\s*\\\n\s+", " ", text).splitlines()
    found = [LINE.fullmatch(line) for line in lines]
    assert lines
    assert [line for line, match in zip(lines, found, strict=True) if not match] == []
    return [match for match in found if match]


def installed_on(name: str, place: str, python: str) -> dict[str, str]:
    """What the lock installs there: version by package."""
    environment = {
        **PLACES[place],
        "python_version": python,
        "python_full_version": f"{python}.5",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }
    return {
        entry["name"]: entry["version"]
        for entry in entries(name)
        if not entry["marker"] or Marker(entry["marker"]).evaluate(environment)
    }


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_holds_nothing_but_versions_markers_and_hashes(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    assert entries(name)  # every line has the one shape that is allowed
    for foreign in ("://", "http:", "https:", "--index-url", "--find-links", "@ file", "-e ", "#"):
        assert foreign not in text


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("python", PYTHONS)
def test_every_dependency_is_locked_within_its_range_everywhere(place: str, python: str) -> None:
    run, dev = (installed_on(name, place, python) for name in LOCKS)
    asked = [Requirement(line) for line in project()["project"]["dependencies"]]
    for requirement in asked:
        assert run[canonicalize_name(requirement.name)] in requirement.specifier
    groups = project()["dependency-groups"]
    assert {"include-group": "build"} in groups["dev"]
    for lock, lines in ((dev, groups["build"]), (dev, groups["dev"])):
        for requirement in [Requirement(line) for line in lines if isinstance(line, str)]:
            assert lock[canonicalize_name(requirement.name)] in requirement.specifier
    assert run.items() <= dev.items()


@pytest.mark.parametrize("python", PYTHONS)
def test_the_keyring_brings_each_system_its_own_packages(python: str) -> None:
    linux, windows, macos = (installed_on("run.txt", place, python) for place in PLACES)
    only_linux = {"secretstorage", "jeepney", "cryptography", "cffi"}
    assert only_linux <= linux.keys()
    assert not only_linux & (windows.keys() | macos.keys())
    assert "pywin32-ctypes" in windows
    assert "pywin32-ctypes" not in linux.keys() | macos.keys()
    backports = {"importlib-metadata", "backports-tarfile"}
    assert backports <= linux.keys() if python == "3.11" else not backports & linux.keys()


def test_qt_stays_below_the_release_that_loses_none() -> None:
    version = installed_on("dev.txt", "linux", "3.11")["pyside6-essentials"]
    assert version in Requirement("x>=6.11.3,<6.12").specifier
    asked = {Requirement(line).name: line for line in project()["project"]["dependencies"]}
    assert asked["PySide6-Essentials"] == "PySide6-Essentials>=6.11.3,<6.12"


def test_the_program_imports_what_it_asks_for_and_nothing_else() -> None:
    """What is here for tests alone would be missing where the program is installed."""
    graph = grimp.build_graph("studio", include_external_packages=True, cache_dir=None)
    imported = {one.partition(".")[0] for one in graph.modules} - {"studio"}
    homes = metadata.packages_distributions()
    asked = {
        canonicalize_name(Requirement(line).name) for line in project()["project"]["dependencies"]
    }
    found = {
        module: {canonicalize_name(one) for one in homes[module]}
        for module in imported
        if module in homes
    }
    # Parts of what is asked for, which it is told to bring: Qt's, httpx's and keyring's.
    parts = {"shiboken6", "httpcore", "certifi", "secretstorage"}
    assert parts <= installed_on("run.txt", "linux", "3.11").keys()
    lost = {module for module, packages in found.items() if not packages & asked} - parts
    assert lost == set()
    assert asked - set().union(*found.values()) == set()
