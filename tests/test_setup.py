"""Setting up a fresh system: which Python is taken, and how missing system packages are got."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

PACKAGING = Path(__file__).resolve().parent.parent / "packaging"
APT = "apt-get install -y --no-install-recommends"

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="system packages are a matter of Linux"
)


@pytest.fixture
def ensure() -> ModuleType:
    """The script that sees to system packages."""
    spec = spec_from_file_location("ensure", PACKAGING / "system" / "ensure.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """Lists of a system that lacks two things: one to run, one more to test."""
    folder = tmp_path / "lists"
    folder.mkdir()
    here = f"file:{folder}"
    (folder / "run.txt").write_text(
        f"# what it needs\n{here} there x x x\nlib:libno-such-thing.so.9 libnone9 d p z\n"
    )
    (folder / "test.txt").write_text(f"file:{tmp_path}/arrived arrives d2 p2 z2\n")
    return folder


def script(folder: Path, name: str, body: str) -> None:
    """A program of the fresh system."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("manager", "command"),
    [
        (
            "apt-get",
            f"sudo apt-get update && sudo {APT} libnone9 arrives",
        ),
        ("dnf", "sudo dnf install -y d d2"),
        ("pacman", "sudo pacman -S --needed --noconfirm p p2"),
        ("zypper", "sudo zypper --non-interactive install z z2"),
    ],
)
def test_without_root_the_one_command_is_printed_and_the_run_stops(
    ensure: ModuleType,
    lists: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    manager: str,
    command: str,
) -> None:
    script(tmp_path / "bin", manager, "echo it was run")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert ensure.main("test", folder=lists, root=False) == 1
    out, err = capfd.readouterr()
    assert [line.strip() for line in err.splitlines()].count(command) == 1
    assert "it was run" not in out + err


def test_running_asks_for_less_than_testing(
    ensure: ModuleType,
    lists: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert ensure.main("run", folder=lists, root=False) == 1
    err = capfd.readouterr().err
    assert "libnone9" in err, err
    assert "arrive" not in err


def test_root_installs_what_is_missing_and_nothing_else(
    ensure: ModuleType, lists: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (lists / "run.txt").write_text(f"file:{lists} there x x x\n")
    script(
        tmp_path / "bin",
        "apt-get",
        f'echo "$@" >> {tmp_path}/asked; [ "$1" = update ] || : > {tmp_path}/arrived',
    )
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert ensure.main("test", folder=lists, root=True) == 0
    update, install = (tmp_path / "asked").read_text().splitlines()
    assert update.split()[0] == "update"
    assert install.split()[0] == "install"
    assert install.split()[-1] == "arrives"
    assert "there" not in install.split()
    (tmp_path / "asked").unlink()
    assert ensure.main("test", folder=lists, root=True) == 0
    assert not (tmp_path / "asked").exists()


def test_a_package_that_cannot_be_installed_stops_the_run(
    ensure: ModuleType,
    lists: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    script(tmp_path / "bin", "apt-get", "echo no such package; exit 100")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert ensure.main("run", folder=lists, root=True) == 1
    assert "apt-get could not install: libnone9" in capfd.readouterr().err


def test_building_asks_for_the_shared_library_of_the_python_that_builds(
    ensure: ModuleType,
    lists: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (lists / "run.txt").write_text("libpython: libpython3.X a b c\n")
    (lists / "package.txt").write_text("")
    script(tmp_path / "bin", "apt-get", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    here = {"Py_ENABLE_SHARED": 1, "INSTSONAME": "libnone.so.1.0", "LIBDIR": str(tmp_path)}
    monkeypatch.setattr(ensure.sysconfig, "get_config_var", here.get)
    assert ensure.main("package", folder=lists, root=False) == 1
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"install -y --no-install-recommends libpython{minor}\n" in capfd.readouterr().err
    (tmp_path / "libnone.so.1.0").touch()
    assert ensure.main("package", folder=lists, root=False) == 0
    # No package has the library of a Python that was built without one.
    here["Py_ENABLE_SHARED"] = 0
    assert ensure.main("package", folder=lists, root=True) == 1
    assert "--enable-shared" in capfd.readouterr().err


def test_the_real_lists_name_every_package_for_every_manager(ensure: ModuleType) -> None:
    entries = list(ensure.wanted(sorted((PACKAGING / "system").glob("*.txt"))))
    assert all(len(names) == len(ensure.MANAGERS) for _, names in entries)
    kinds = {probe.partition(":")[0] for probe, _ in entries}
    assert kinds == {"lib", "file", "font", "cmd", "python", "libpython"}
    used = {name for names in ensure.LISTS.values() for name in names}
    assert used == {path.name for path in (PACKAGING / "system").glob("*.txt")}
    bench = ensure.wanted([PACKAGING / "system" / "bench.txt"])
    assert "cmd:vipsthumbnail" in [probe for probe, _ in bench]
    assert ("lib:libxcb-cursor.so.0", "libxcb-cursor0") in [(p, n[0]) for p, n in entries]


def find_python(path: str, **extra: str) -> subprocess.CompletedProcess[str]:
    """Ask for the Python that .venv would be built with."""
    program = ["/bin/sh", str(PACKAGING / "find-python")]
    environment = {"PATH": path, **extra}
    return subprocess.run(program, env=environment, capture_output=True, text=True, check=False)


def test_a_python_that_is_too_old_or_cannot_make_environments_is_passed_over(
    tmp_path: Path,
) -> None:
    script(tmp_path / "old", "python3.13", "exit 1")
    script(tmp_path / "old", "python3.12", 'case "$2" in *ensurepip*) exit 1;; esac; exit 0')
    script(tmp_path / "good", "python3.11", "exit 0")
    both = os.pathsep.join([str(tmp_path / "old"), str(tmp_path / "good")])
    assert find_python(both).stdout.strip() == str(tmp_path / "good" / "python3.11")
    # With nothing better, the one without venv is named: the next step says what it lacks.
    assert find_python(str(tmp_path / "old")).stdout.strip().endswith("python3.12")


def test_no_python_or_an_unfit_one_is_said_in_a_sentence(tmp_path: Path) -> None:
    none = find_python(str(tmp_path))
    assert (none.returncode, none.stdout) == (1, "")
    assert "needs Python 3.11, 3.12 or 3.13" in none.stderr
    unfit = find_python(str(tmp_path), PYTHON="/bin/false")
    assert unfit.returncode == 1
    assert "PYTHON=/bin/false is not a Python" in unfit.stderr


def test_a_python_the_packages_are_not_built_for_is_passed_over(tmp_path: Path) -> None:
    script(tmp_path / "odd", "python3.13", 'case "$2" in *Py_GIL_DISABLED*) exit 1;; esac; exit 0')
    script(tmp_path / "good", "python3.11", "exit 0")
    found = find_python(f"{tmp_path / 'odd'}:{tmp_path / 'good'}")
    assert found.stdout.strip() == str(tmp_path / "good" / "python3.11")


def test_a_user_without_a_home_can_look_for_fonts(
    ensure: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody: dict[int, str] = {}
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("pwd.getpwuid", nobody.__getitem__)
    monkeypatch.setattr(ensure, "FONTS", ("~/.fonts",))
    assert not ensure.there("font:")


@pytest.fixture
def menu(tmp_path: Path) -> Callable[..., str]:
    """The Makefile with targets of the test; what is printed."""
    if shutil.which("make") is None:
        pytest.skip("there is no make")
    more = tmp_path / "more.mk"
    more.write_text("environment:\n\t@env\nslow:\n\t@sleep 0.2; echo slow\nquick:\n\t@echo quick\n")

    def make(*words: str, **environment: str) -> str:
        command = ["make", "-f", str(PACKAGING.parent / "Makefile"), "-f", str(more), *words]
        alone = {"PATH": os.environ["PATH"], **environment}
        done = subprocess.run(command, env=alone, capture_output=True, text=True, check=True)
        return done.stdout

    return make


def test_packages_from_elsewhere_are_not_seen(menu: Callable[..., str]) -> None:
    odd = {"PYTHONPATH": "/x", "PYTHONHOME": "/x", "PYTHONSAFEPATH": "1"}
    lines = menu("environment", **odd, PYTHONUTF8="1").splitlines()
    assert "PYTHONUTF8=1" in lines
    assert not {line.partition("=")[0] for line in lines} & set(odd)


def test_one_step_comes_after_the_other(menu: Callable[..., str]) -> None:
    assert menu("-s", "-j4", "slow", "quick").split() == ["slow", "quick"]


def test_the_name_of_a_folder_may_have_quotes(menu: Callable[..., str]) -> None:
    assert 'GRIDBRUSH_HOME="$HOME_DIR" packaging/run' in menu("-n", "run", "HOME_DIR=a\"b'c")
