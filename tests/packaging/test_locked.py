"""A lock that was complete once can be installed for good, whatever is released afterwards."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

import fresh
import install
import lock
import locked
import pytest
from packaging.markers import Marker

from tests.packaging.conftest import copied_environment
from tests.packaging.programs import Programs
from tests.test_lock import entries

posix = pytest.mark.skipif(sys.platform == "win32", reason="a matter of sh and its paths")


class Index:
    """A package index in a folder, with a lock of what is right in it.

    Attributes:
        folder: what pip takes for an index, as a file address.
        lock: names, versions and hashes of all packages that work.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "simple"
        self.lock = folder / "lock.txt"
        self._lines: list[str] = []

    def add(self, name: str, version: str, needs: Iterable[str] = ()) -> None:
        """A package that works, and newer versions of it that cannot be installed."""
        wheel = self._wheel(name, version, needs)
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        self._lines.append(f"{name}=={version} --hash=sha256:{digest}\n")
        self.lock.write_text("".join(self._lines), encoding="utf-8")
        # One that any upper bound lets in, and one that none does.
        for newer in (f"{version}.1", "9999.0"):
            self._wheel(name, newer, ["no-such-package-anywhere>=1"])
        page = "".join(f'<a href="{one.name}">{one.name}</a>\n' for one in wheel.parent.iterdir())
        (wheel.parent / "index.html").write_text(f"<!doctype html>\n{page}", encoding="utf-8")

    def _wheel(self, name: str, version: str, needs: Iterable[str]) -> Path:
        stem = f"{name.replace('-', '_')}-{version}"
        path = self.folder / name / f"{stem}-py3-none-any.whl"
        path.parent.mkdir(parents=True, exist_ok=True)
        about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        # Every extra that anybody may ask for is there.
        about += "".join(f"Requires-Dist: {one}\n" for one in needs)
        extras = {one.partition("extra ==")[2].strip(" '\")") for one in needs if "extra ==" in one}
        about += "".join(f"Provides-Extra: {one}\n" for one in sorted(extras))
        info = f"{stem}.dist-info"
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr(f"{info}/METADATA", about)
            wheel.writestr(
                f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            wheel.writestr(f"{info}/RECORD", "")
        return path


@pytest.fixture
def index(tmp_path: Path, programs: Programs, monkeypatch: pytest.MonkeyPatch) -> Index:
    """An empty index that pip uses and no other."""
    for name in ("PIP_FIND_LINKS", "PIP_CONSTRAINT", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    # The pip that came with this Python, on any machine.
    programs.alone()
    made = Index(tmp_path)
    monkeypatch.setenv("PIP_INDEX_URL", made.folder.as_uri())
    return made


@pytest.fixture(scope="module")
def python(made_environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that only these tests use, each with packages of its own."""
    return copied_environment(made_environment, tmp_path_factory.mktemp("locked") / "venv")


def installed(python: Path) -> dict[str, str]:
    """Version by name."""
    code = "import importlib.metadata as m\nfor d in m.distributions(): print(d.name, d.version)"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return dict(line.split() for line in done.stdout.splitlines())


def test_every_package_may_have_a_newer_broken_release(index: Index, python: Path) -> None:
    here = [
        one for one in entries("dev.txt") if not one["marker"] or Marker(one["marker"]).evaluate()
    ]
    assert len(here) > 50
    for one in here:
        needs = importlib.metadata.requires(one["name"]) or []
        index.add(one["name"], one["version"], needs)
    locked.install(python, index.lock)
    locked.check(python)
    found = installed(python)
    assert {one["name"]: found[one["name"]] for one in here} == {
        one["name"]: one["version"] for one in here
    }


def test_a_lock_that_is_not_complete_is_said(index: Index, python: Path) -> None:
    index.add("lonely", "1.0", ["left-out>=2"])
    locked.install(python, index.lock)
    with pytest.raises(locked.NotInstalled, match="left-out"):
        locked.check(python)


def test_another_file_under_the_same_name_is_refused(index: Index, python: Path) -> None:
    index.add("exchanged", "1.0")
    index.lock.write_text(f"exchanged==1.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    with pytest.raises(locked.NotInstalled):
        locked.install(python, index.lock)
    assert "exchanged" not in installed(python)


def test_running_needs_a_part_of_what_developing_needs() -> None:
    run, dev = ({one["name"] for one in entries(f"{name}.txt")} for name in install.WHOLE)
    assert run < dev
    # What a wheel is built with; an editable installation needs nothing (packaging/backend.py).
    assert "hatchling" in dev - run
    # What only tests need, and what Intel Macs have no wheel of.
    assert not {"google-genai", "google-auth", "pytest", "mypy"} & run


def test_what_make_run_downloads_is_recorded_for_this_lock_and_not_too_much() -> None:
    """`make lock` asks the index for the sizes; they are those of the lock as it is."""
    recorded = json.loads(lock.DOWNLOADS.read_text(encoding="utf-8"))
    assert recorded["lock"] == locked.fingerprint(locked.lock_of("run"), ""), "run `make lock`"
    downloads = recorded["bytes"]
    assert downloads.keys() == {
        f"{platform}, Python {python}" for platform in lock.PLATFORMS for python in lock.PYTHONS
    }
    assert list(lock.too_much(downloads)) == []
    assert all(size > 50e6 for size in downloads.values())


@posix
def test_a_lock_that_downloads_too_much_is_refused(
    tmp_path: Path, programs: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lock.MOST_DOWNLOADED["Linux x86-64"] == fresh.MOST_DOWNLOADED == 100e6
    known = re.findall("[0-9a-f]{64}", locked.lock_of("run").read_text())[0]
    offers, recorded = tmp_path / "offers.toml", tmp_path / "run.json"
    programs.put("uv", f"exec cat '{offers}'")

    def offer(name: str, size: int) -> str:
        wheel = f"{{size = {size}, hashes = {{sha256 = '{known}'}}}}"
        return f"[[packages]]\nname = '{name}'\nwheels = [{wheel}]\n"

    def main(*arguments: str) -> int:
        return lock.main(list(arguments), checked=("run",), recorded=recorded)

    offers.write_text(offer("qt", 60_000_000))
    assert main() == 0
    assert json.loads(recorded.read_text())["bytes"]["Linux x86-64, Python 3.11"] == 60_000_000
    offers.write_text(offer("qt", 60_000_000) + offer("more", 41_000_000))
    assert main() == main("--check") == 1
    err = capsys.readouterr().err
    assert "make run downloads 101.00 MB on Linux x86-64, Python 3.11; at most 100" in err
    assert "macOS" not in err


@posix
def test_the_sizes_are_those_the_index_names(tmp_path: Path, programs: Programs) -> None:
    said = tmp_path / "offers.toml"
    said.write_text(
        "[[packages]]\nname = 'qt'\nwheels = [{size = 5, hashes = {sha256 = 'a'}},"
        " {size = 7, hashes = {sha256 = 'b'}}]\n[[packages]]\nname = 'none'\n"
    )
    uv = programs.put("uv", f"exec cat '{said}'")
    found = lock.wheels_for(str(uv), "", "", "3.11")
    assert found == {"qt": lock.Offer({"a", "b"}, 7), "none": lock.Offer(set(), 0)}


@pytest.mark.parametrize(
    ("library", "machine", "says"),
    [
        (("glibc", "2.33"), "x86_64", "Qt needs glibc 2.34 or newer on x86_64, and this system"),
        (("glibc", "2.36"), "aarch64", "Qt needs glibc 2.39 or newer on aarch64, and this system"),
        (("", ""), "x86_64", "musl"),
        (("glibc", "2.36"), "riscv64", "x86-64 and 64-bit ARM"),
        (("glibc", "2.36"), "i686", "x86-64 and 64-bit ARM"),
    ],
)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks for Linux's C library")
def test_a_system_without_a_build_of_qt_is_named_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    library: tuple[str, str],
    machine: str,
    says: str,
) -> None:
    monkeypatch.setattr(platform, "libc_ver", lambda: library)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert install.main(["run"]) == 1
    err = capsys.readouterr().err
    assert says in err
    assert "Traceback" not in err
    assert len(err.splitlines()) == 1


@posix
def test_what_the_user_set_for_other_work_does_not_matter(
    index: Index, python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "path"
    (path / "stays-1.0.dist-info").mkdir(parents=True)
    (path / "stays-1.0.dist-info/METADATA").write_text("Name: stays\nVersion: 1.0\n")
    odd = {
        "PIP_USER": "1",
        "PIP_TARGET": str(tmp_path / "elsewhere"),
        "PIP_CONSTRAINT": str(tmp_path / "none"),
        "PIP_NO_BINARY": ":all:",
        "PIP_DRY_RUN": "1",
        "PYTHONPATH": str(path),
        "PYTHONHOME": str(tmp_path),
    }
    index.add("stays", "1.0")
    with monkeypatch.context() as patch:
        for name, value in odd.items():
            patch.setenv(name, value)
        locked.install(python, index.lock)
    assert installed(python)["stays"] == "1.0"


def test_the_way_to_the_packages_counts_and_nothing_else(
    python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    file = tmp_path / "pip.conf"
    file.write_text(
        "[global]\nindex-url = https://mirror.invalid/a\nuser = true\nquiet = 2\n"
        "extra-index-url = https://b.invalid\n  https://c.invalid\n"
        "[install]\nindex-url = https://mirror.invalid/b\ntarget = elsewhere\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    monkeypatch.setenv("PIP_PROXY", "http://proxy.invalid")
    monkeypatch.setenv("PIP_PREFIX", "elsewhere")
    ways = locked.pip_ways([str(python), *locked.PIP])
    assert ways["PIP_INDEX_URL"] == "https://mirror.invalid/b"
    assert ways["PIP_EXTRA_INDEX_URL"] == "https://b.invalid https://c.invalid"
    assert ways["PIP_PROXY"] == "http://proxy.invalid"
    assert not {"PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_QUIET"} & set(ways)
    monkeypatch.setenv("UV_INDEX_URL", "https://mirror.invalid/a")
    monkeypatch.setenv("UV_TARGET", "elsewhere")
    clean = locked.clean()
    assert clean["UV_INDEX_URL"] == "https://mirror.invalid/a"
    assert clean["PIP_CONFIG_FILE"] == os.devnull
    assert not {"UV_TARGET", "PIP_PREFIX"} & set(clean)


@posix
def test_a_setting_in_a_file_of_the_user_counts(
    programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    said = f"env_var:\nenv:\nglobal:\n  {tmp_path}/all, exists: True\nuser:\n"
    said += f"  {tmp_path}/own, exists: True\n  {tmp_path}/none, exists: False\n"
    (tmp_path / "all").write_text("[global]\ntimeout = 1\nretries = 2\n")
    (tmp_path / "own").write_text("[global]\ntimeout = 3\n")
    (tmp_path / "said").write_text(said)
    pip = programs.put("pip", f"exec cat '{tmp_path}/said'")
    assert locked.pip_ways([str(pip)]) == {"PIP_TIMEOUT": "3", "PIP_RETRIES": "2"}


@posix
def test_what_uv_puts_elsewhere_is_installed_by_pip(
    index: Index, python: Path, programs: Programs
) -> None:
    programs.put("uv")
    index.add("here", "1.0")
    locked.install(python, index.lock)
    assert installed(python)["here"] == "1.0"


def test_what_cannot_be_reached_says_what_to_look_at(
    index: Index, python: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.lock.write_text(f"nowhere==1.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    with pytest.raises(locked.NotInstalled, match="PIP_INDEX_URL"):
        locked.install(python, index.lock)
    monkeypatch.setattr(locked, "LITTLE", 2**80)
    with pytest.raises(locked.NotInstalled, match=r"The disk is full\.$"):
        locked.install(python, index.lock)


@posix
def test_scripts_work_in_a_folder_whose_name_means_something_to_sh(tmp_path: Path) -> None:
    scripts = tmp_path / "a $HOME `b`" / "bin"
    scripts.mkdir(parents=True)
    (scripts / "python").symlink_to(sys.executable)
    script = scripts / "hello"
    wrapper = f"#!/bin/sh\n'''exec' \"{scripts}/python\" \"$0\" \"$@\"\n' '''\n"
    script.write_text(f"{wrapper}import sys\nprint('hello', *sys.argv[1:])\n")
    script.chmod(0o755)
    locked.unwrap(scripts)
    done = subprocess.run([script, "you two"], capture_output=True, text=True, check=False)
    assert done.stdout == "hello you two\n", done.stderr


def test_an_environment_is_not_made_with_the_python_of_one_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[list[str]] = []

    def call(command: list[str]) -> bool:
        calls.append(command)
        return True

    monkeypatch.setattr(sys, "executable", str(tmp_path / "gone/bin/python"))
    locked.make(tmp_path / "venv", call)
    assert Path(calls[0][0]).exists()


def test_a_system_with_venv_is_not_told_to_install_it(tmp_path: Path) -> None:
    with pytest.raises(locked.NotInstalled, match="could not be made") as failure:
        locked.make(tmp_path / "venv", lambda _command: False)
    assert "apt-get" not in str(failure.value)
