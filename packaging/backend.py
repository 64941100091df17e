"""Build backend of pyproject.toml: an editable installation by itself, the rest by hatchling.

Every `make run` installs the checkout editable. With this it downloads no backend for that;
hatchling and what it needs are asked for by who builds a wheel or a source archive (PEP 517, 660).
"""

from __future__ import annotations

import base64
import hashlib
import os
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import identity

Settings = dict[str, Any] | None


def get_requires_for_build_editable(config_settings: Settings = None) -> list[str]:  # noqa: ARG001
    """Nothing. (Each hook has the arguments that the standard names.)"""
    return []


def get_requires_for_build_wheel(config_settings: Settings = None) -> list[str]:  # noqa: ARG001
    """The group `build` of pyproject.toml."""
    return list(_pyproject()["dependency-groups"]["build"])


get_requires_for_build_sdist = get_requires_for_build_wheel


def build_wheel(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    """A wheel with `resources` inside the package; its name."""
    from hatchling import build  # not there where only the checkout is installed

    return build.build_wheel(wheel_directory, config_settings, metadata_directory)


def build_sdist(sdist_directory: str, config_settings: Settings = None) -> str:
    """A source archive; its name."""
    from hatchling import build  # not there where only the checkout is installed

    return build.build_sdist(sdist_directory, config_settings)


def build_editable(
    wheel_directory: str,
    config_settings: Settings = None,  # noqa: ARG001
    metadata_directory: str | None = None,  # noqa: ARG001
) -> str:
    """A wheel that leads to this checkout; its name."""
    project = _pyproject()["project"]
    name, version = project["name"], identity.version()
    about = [
        "Metadata-Version: 2.1",
        f"Name: {name}",
        f"Version: {version}",
        f"Summary: {project['description']}",
        f"Requires-Python: {project['requires-python']}",
        *(f"Requires-Dist: {one}" for one in project["dependencies"]),
    ]
    kind = ["Wheel-Version: 1.0", f"Generator: {name}", "Root-Is-Purelib: true"]
    scripts = [f"{script} = {place}" for script, place in project["scripts"].items()]
    info = f"{name}-{version}.dist-info"
    files = {
        f"_{name}.pth": [path_line(identity.ROOT)],
        f"{info}/METADATA": about,
        f"{info}/WHEEL": [*kind, "Tag: py3-none-any"],
        f"{info}/entry_points.txt": ["[console_scripts]", *scripts],
    }
    wheel = f"{name}-{version}-py3-none-any.whl"
    record = [f"{info}/RECORD,,"]
    with zipfile.ZipFile(Path(wheel_directory) / wheel, "w") as archive:
        for path, lines in files.items():
            content = "".join(f"{line}\n" for line in lines).encode()
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
            record.insert(0, f"{path},sha256={digest.decode()},{len(content)}")
            archive.writestr(path, content)
        archive.writestr(f"{info}/RECORD", "".join(f"{line}\n" for line in record))
    return wheel


def path_line(root: Path) -> str:
    """The line of a .pth file for a folder: in ASCII, since Python reads it in some encoding."""
    path = os.fspath(root)
    if path.isascii() and path.isprintable():
        return path
    return f"import os, sys; sys.path.append(os.fsdecode({os.fsencode(path)!r}))"


def _pyproject() -> dict[str, Any]:
    return tomllib.loads((identity.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
