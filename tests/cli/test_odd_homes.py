"""An invalid home folder is reported in a sentence, and nothing is written elsewhere."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from studio.common import paths
from studio.common.errors import InputError, StudioError
from tests.cli.program import ROOT, CliProgram
from tests.source_files import nodes, parsed, texts_with

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no HOME"),
    pytest.mark.usefixtures("warm"),
]

XDG = ("DATA", "CACHE", "CONFIG", "STATE")


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, and no folder named by the environment."""
    for name in (*(f"XDG_{name}_HOME" for name in XDG), "XDG_PICTURES_DIR", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


def everything(where: paths.Paths) -> list[Path]:
    return [where.library, where.data, where.cache, where.config, where.state]


@pytest.mark.parametrize("home", ["", ".", "here", "~", "file", "nowhere", "a\udce9"])
def test_a_home_that_is_none_is_reported(
    odd: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    folder = str(odd / home) if home in ("file", "nowhere") else home
    monkeypatch.setenv("HOME", folder)
    with pytest.raises(InputError, match="home folder") as caught:
        paths.find(None)
    assert "--home" in caught.value.hint
    str(caught.value).encode()


def test_a_home_that_is_no_text_is_reported(odd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = odd / "b\udce4r"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    with pytest.raises(InputError, match="cannot be used"):
        paths.find(None)


@pytest.mark.parametrize("name", ["My Own Files", "Jürgen", "日本"])
def test_a_home_with_a_name_of_any_script_is_used(
    odd: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    home = odd / name
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    where = paths.find(None)
    assert all(home in one.parents for one in everything(where))


@pytest.mark.skipif(sys.platform != "linux", reason="folders as XDG says")
@pytest.mark.parametrize("value", ["", ".", "here", "../here", "~/data", "$HOME/data"])
def test_folders_that_are_not_absolute_are_not_meant(
    odd: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("HOME", str(odd))
    usual = paths.find(None)
    for name in (*(f"XDG_{name}_HOME" for name in XDG), "XDG_PICTURES_DIR"):
        monkeypatch.setenv(name, value)
    assert paths.find(None) == usual
    assert usual.data == odd / ".local/share/gridbrush"
    assert usual.cache == odd / ".cache/gridbrush"
    assert usual.config == odd / ".config/gridbrush"
    assert usual.state == odd / ".local/state/gridbrush"
    assert usual.library == odd / "Pictures/Gridbrush"


@pytest.mark.skipif(sys.platform != "linux", reason="folders as XDG says")
def test_a_user_who_names_every_folder_needs_no_home(
    odd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "")
    for name in XDG:
        monkeypatch.setenv(f"XDG_{name}_HOME", str(odd / name))
    monkeypatch.setenv("XDG_PICTURES_DIR", str(odd / "pictures"))
    where = paths.find(None)
    assert where.library == odd / "pictures/Gridbrush"
    assert where.data == odd / "DATA/gridbrush"


@pytest.mark.parametrize("home", ["", "  "])
def test_an_empty_name_is_no_home(odd: Path, home: str) -> None:
    with pytest.raises(StudioError, match="--home"):
        paths.find(home)
    assert list((odd / "here").iterdir()) == []


@pytest.mark.parametrize("text", ["~", "~/a", "~/a/b.png"])
def test_a_path_in_a_home_that_is_none_is_reported(
    odd: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("HOME", "")
    with pytest.raises(InputError):
        paths.of_user(text)
    monkeypatch.setenv("HOME", str(odd))
    assert paths.of_user(text) == odd / text[2:]


@pytest.mark.parametrize("text", ["~backup.png", "~no such user/a.png", "a~", "a/~/b", "", "."])
def test_a_name_that_only_looks_like_a_home_is_a_name(odd: Path, text: str) -> None:
    assert odd
    assert paths.of_user(text) == Path(text)


_NOBODY = """
import os, sys
import platformdirs
from studio.common import paths
from studio.common.errors import InputError
os.setuid(54321)
try:
    print(paths.find(None))
except InputError as error:
    print(error.title)
"""


@pytest.mark.skipif(
    sys.platform == "win32" or os.getuid() != 0, reason="only root can be another user"
)
def test_a_user_the_system_does_not_know_is_reported(odd: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", _NOBODY]
    done = subprocess.run(
        command, env=environ, cwd="/", capture_output=True, text=True, check=False
    )
    assert odd
    assert done.stdout == "Your home folder was not found\n", done.stderr


@pytest.mark.parametrize("words", [["library", "list"], ["generate", "boat"], []])
@pytest.mark.parametrize("home", ["", "here", "/dev/null", "/nowhere/at/all"])
def test_commands_and_the_window_end_with_a_sentence(
    program: CliProgram, words: list[str], home: str
) -> None:
    before = {*program.user.parent.rglob("*"), *Path("/").iterdir()}
    # A window loads Qt, which no process has that others are forked from.
    started = [sys.executable, "-m", "studio"]
    command = program.forked(*words, home=False) if words else started
    result = program(command=command, env={"HOME": home})
    assert result.code == 2, result.err
    assert "home folder" in result.err
    assert "--home" in result.err
    assert "Traceback" not in result.err
    assert {*program.user.parent.rglob("*"), *Path("/").iterdir()} == before


@pytest.mark.parametrize("variable", ["XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"])
def test_nothing_is_written_where_one_happens_to_be(program: CliProgram, variable: str) -> None:
    command = program.forked("generate", "boat", "--size", "512")
    result = program(command=command, env={variable: "data"})
    assert result.code == 0, result.err
    assert {one.name for one in program.user.parent.iterdir()} == {
        program.home.name, program.user.name,
    }  # fmt: skip


def test_a_home_without_write_permission_is_reported(program: CliProgram) -> None:
    if not Path("/proc/self").is_dir():
        pytest.skip("needs a folder that even root cannot write: /proc")
    command = program.forked("generate", "boat", "--provider", "sketch", home=False)
    result = program(command=command, env={"HOME": "/proc"})
    assert result.code == 8, result.err
    assert "Traceback" not in result.err
    assert "went wrong inside" not in result.err


def homes(source: str) -> bool:
    """Whether a source asks the system for the home folder by itself."""
    return any(
        (isinstance(node, ast.Attribute) and node.attr == "expanduser")
        or (
            isinstance(node, ast.Attribute)
            and node.attr == "home"
            and isinstance(node.value, ast.Name)
            and node.value.id == "Path"
        )
        for node in nodes(parsed(source))
    )


def test_the_home_folder_is_found_in_one_place() -> None:
    found = {name for name, source in texts_with("expanduser", "home") if homes(source)}
    # macOS keeps the user's languages where it finds the home folder itself, not under HOME.
    assert found == {"common/paths.py", "common/system_language.py"}
