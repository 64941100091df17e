"""The environment of a checkout: interrupted, failed, foreign, built twice."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import install
import lock
import locked
import pytest
from install import Environment

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="stands in for Pythons by scripts of sh"
)


class Checkout:
    """A checkout whose packages are files.

    Attributes:
        root: its folder.
        fails: raised by the installation after it wrote what is in `written`.
        written: names that the installation puts in.
        says: what the environment's Python answers.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.fails: BaseException | None = None
        self.written = ["httpx"]
        self.says = sys.version
        self.made = 0

    def make(self, folder: Path) -> None:
        self.made += 1
        scripts = folder / "bin"
        scripts.mkdir(parents=True)
        (scripts / "python").write_text(f"#!/bin/sh\ncat <<'X'\n{self.says}\nX\n")
        (scripts / "python").chmod(0o755)
        (folder / "lib/python3/site-packages").mkdir(parents=True)

    def install(self, python: Path, *_lock: Path) -> None:
        for name in self.written:
            (python.parents[1] / "lib/python3/site-packages" / name).touch()
        if self.fails:
            raise self.fails
        (python.parent / "gridbrush").touch()

    def install_checkout(self, _python: Path, checkout: Path) -> None:
        assert checkout == self.root

    def check(self, _python: Path) -> None:
        """All fits together."""

    def call(self, _command: list[str]) -> bool:
        return True

    @property
    def environment(self) -> Environment:
        return Environment(self.root, self)

    def main(self) -> int:
        return install.main(["run"], self.environment, lambda _name: None)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """It takes the place of this one."""
    root = tmp_path / "checkout"
    root.mkdir()
    (root / "pyproject.toml").touch()
    monkeypatch.delenv("PYTHON", raising=False)
    return Checkout(root)


def test_what_is_there_is_left_alone(checkout: Checkout) -> None:
    assert checkout.main() == 0
    checkout.fails = AssertionError("installed again")
    assert checkout.main() == 0
    assert checkout.made == 1


def test_what_was_cut_off_is_made_anew(checkout: Checkout) -> None:
    checkout.fails = KeyboardInterrupt()
    assert checkout.main() == 1
    checkout.fails = None
    assert checkout.main() == 0
    assert checkout.made == 2


def test_what_failed_half_way_is_made_anew(checkout: Checkout) -> None:
    checkout.fails = locked.NotInstalled("no space")
    assert checkout.main() == 1
    checkout.fails = None
    assert checkout.main() == 0
    assert checkout.made == 2


def test_what_could_not_be_renewed_stays(checkout: Checkout) -> None:
    assert checkout.main() == 0
    (checkout.root / "pyproject.toml").write_text("# another one\n")
    checkout.fails, checkout.written = locked.NotInstalled("no network"), []
    assert checkout.main() == 1
    checkout.fails = None
    assert checkout.main() == 0
    assert checkout.made == 1


def test_an_environment_that_others_made_is_made_anew(checkout: Checkout) -> None:
    checkout.make(checkout.root / ".venv")
    assert checkout.main() == 0
    assert checkout.made == 2


def test_an_environment_whose_python_does_not_fit_any_more_is_made_anew(
    checkout: Checkout,
) -> None:
    checkout.says = ""
    assert checkout.main() == 0
    checkout.says = sys.version
    assert checkout.main() == 0
    assert checkout.made == 2


def test_the_question_for_the_version_leaves_out_what_does_not_fit() -> None:
    asked = locked.run([sys.executable, "-c", install.VERSION])
    assert asked.stdout.strip() == sys.version
    older = f"import sys; sys.version_info = (3, 10, 9); {install.VERSION}"
    assert locked.run([sys.executable, "-c", older]).stdout.strip() == ""


def test_an_environment_that_is_a_link_is_emptied_and_stays_a_link(
    checkout: Checkout, tmp_path: Path
) -> None:
    place = tmp_path / "large disk"
    (place / "old").mkdir(parents=True)
    venv = checkout.root / ".venv"
    venv.symlink_to(place)
    assert checkout.main() == 0
    assert venv.is_symlink()
    assert not (place / "old").exists()
    assert (place / "bin/python").exists()


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (PermissionError(13, "denied", "/there/.venv"), "may not change /there/.venv"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (KeyboardInterrupt(), "Stopped"),
    ],
)
def test_what_stops_it_is_said_in_a_sentence(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], error: BaseException, says: str
) -> None:
    checkout.fails = error
    assert checkout.main() == 1
    err = capsys.readouterr().err
    assert says in err
    assert len(err.splitlines()) == 1


def test_two_at_once_build_one_after_the_other(checkout: Checkout) -> None:
    fcntl = pytest.importorskip("fcntl")
    other = os.open(checkout.root, os.O_RDONLY)
    try:
        with checkout.environment.alone(), pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(other)


def test_a_folder_whose_name_is_not_unicode_can_be_written_down(checkout: Checkout) -> None:
    (checkout.root / ".venv").mkdir()
    environment = checkout.environment
    environment.root = Path(os.fsdecode(b"/l\xe4tin"))
    environment.write("stamp")
    assert environment.read() == [str(environment.root), "stamp"]


def test_a_lock_that_cannot_be_renewed_is_said_in_a_sentence() -> None:
    with pytest.raises(locked.NotInstalled, match="could not renew"):
        lock.resolve("false", [])
