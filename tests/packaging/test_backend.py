"""The checkout is installed editable without any backend; wheels and archives are hatchling's."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import backend
import identity
import locked
import pytest

from studio import __version__
from tests.packaging.conftest import copied_environment
from tests.packaging.programs import Programs

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path, programs: Programs) -> Path:
    """A small one, with a name that not every encoding has."""
    root = tmp_path / "Grid bürush 灯"
    (root / "studio").mkdir(parents=True)
    for name in ("pyproject.toml", "studio/__init__.py"):
        (root / name).write_bytes((ROOT / name).read_bytes())
    (root / "studio/__main__.py").write_text("def main() -> None:\n    print(ascii(__file__))\n")
    (root / "packaging").mkdir()
    for name in ("backend.py", "identity.py"):
        (root / "packaging" / name).write_bytes((ROOT / "packaging" / name).read_bytes())
    programs.alone()
    return root


def test_the_checkout_is_installed_into_an_empty_environment(
    checkout: Path, tmp_path: Path, made_environment: Path
) -> None:
    """Nothing is there but pip, and nothing is downloaded."""
    python = copied_environment(made_environment, tmp_path / "venv")
    # Once more over itself, as after a change of pyproject.toml.
    for _time in range(2):
        locked.install_checkout(python, checkout)
    for locale in ("C.UTF-8", "C"):
        done = subprocess.run(
            [python.parent / f"gridbrush{locked.SUFFIX}"],
            # Python reads lines of paths in the encoding of the locale, which may be ASCII.
            env={**locked.clean(), "LC_ALL": locale, "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.rstrip("'\n").endswith("__main__.py")
    code = (
        "import importlib.metadata as m; one = m.distribution('gridbrush');"
        "print(one.version, *one.requires, one.metadata['Requires-Python'], sep='\\n');"
        "print(one.read_text('direct_url.json'))"
    )
    version, *requires, python_range, origin = subprocess.run(
        [python, "-c", code], env=locked.clean(), capture_output=True, text=True, check=True
    ).stdout.splitlines()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert version == __version__
    assert requires == project["dependencies"]
    assert python_range == project["requires-python"]
    assert '"editable": true' in origin


def test_every_file_of_the_editable_wheel_is_recorded(tmp_path: Path) -> None:
    name = backend.build_editable(str(tmp_path))
    assert name == f"gridbrush-{identity.version()}-py3-none-any.whl"
    with zipfile.ZipFile(tmp_path / name) as wheel:
        names = set(wheel.namelist())
        record = wheel.read(f"gridbrush-{__version__}.dist-info/RECORD").decode()
        assert wheel.read("_gridbrush.pth").decode() == f"{backend.path_line(ROOT)}\n"
        assert all(
            importlib.metadata.FileHash(line.split(",")[1]).mode == "sha256"
            for line in record.splitlines()[:-1]
        )
    assert {line.split(",")[0] for line in record.splitlines()} == names


@pytest.mark.parametrize(
    "folder",
    [
        b"/home/anna/gridbrush",
        b"/a b/c",
        "/bürush/灯".encode(),
        b"/l\xe4tin",
        b"/li\nne",
        b"/q'\"\\",
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="paths of other systems")
def test_python_finds_any_folder_whatever_encoding_it_reads_with(folder: bytes) -> None:
    line = backend.path_line(Path(os.fsdecode(folder)))
    assert line.isascii()
    assert "\n" not in line
    path: list[str] = []
    if line.startswith("import "):
        exec(line.replace("sys.path", "path"), {"path": path})
    else:
        path.append(line)
    assert path == [os.fsdecode(folder)]


def test_nothing_is_asked_for_but_for_a_wheel() -> None:
    system = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    assert system["requires"] == []
    assert backend.get_requires_for_build_editable() == []
    assert [one.partition(">")[0] for one in backend.get_requires_for_build_wheel()] == [
        "hatchling"
    ]
    assert backend.get_requires_for_build_sdist() == backend.get_requires_for_build_wheel()


@pytest.fixture
def in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    """As whatever builds calls the hooks."""
    monkeypatch.chdir(ROOT)


@pytest.mark.usefixtures("in_the_checkout")
def test_a_wheel_has_the_resources_inside_the_package(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / backend.build_wheel(str(tmp_path))) as wheel:
        names = set(wheel.namelist())
        about = wheel.read(f"gridbrush-{__version__}.dist-info/METADATA").decode()
    resources = {path.relative_to(ROOT) for path in (ROOT / "resources").rglob("*.svg")}
    assert len(resources) > 20
    languages = {path.relative_to(ROOT) for path in (ROOT / "resources").rglob("*.mo")}
    assert len(languages) > 1
    resources |= languages
    assert {f"studio/{path.as_posix()}" for path in resources} <= names
    assert {"studio/__main__.py", "studio/resources/models.json"} <= names
    assert not {name for name in names if name.startswith(("resources/", "tests/", "packaging/"))}
    assert f"\nVersion: {__version__}\n" in about


@pytest.mark.usefixtures("in_the_checkout")
def test_a_source_archive_can_be_built_from(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / backend.build_sdist(str(tmp_path))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "PKG-INFO", "packaging/backend.py", "packaging/identity.py"} <= names
    assert {"studio/__init__.py", "resources/models.json"} <= names
