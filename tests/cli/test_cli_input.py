"""Bad input gets a clear sentence and the code of the contract, and loses nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.program import CliProgram, Result

pytestmark = pytest.mark.usefixtures("warm")


def assert_refused(result: Result, code: int, *words: str) -> None:
    assert (result.code, result.out) == (code, ""), result.err
    for word in words:
        assert word in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["generate", ""], "prompt is empty"),
        (["generate", " \n "], "prompt is empty"),
        (["generate", "# a comment only"], "prompt"),
        (["generate", "x", "--model", "nothing", "--provider", "sketch"], "sketch-slow"),
        (["generate", "x", "--provider", "nobody"], "dgrid"),
        (["generate", "x", "--ref", "missing.png"], "missing.png"),
        (["generate", "x", "--edit", "abcdef12"], "abcdef12"),
        (["generate", "x", "--count", "0"], "--count"),
        (["generate", "x", "--count", "many"], "--count"),
        (["generate", "x", "--aspect", "abc"], "abc is not an aspect ratio"),
        (["generate", "x", "--aspect", "0:1"], "0:1"),
        (["generate", "x", "--aspect", "17:3"], "does not support 17:3"),
        (["generate", "x", "--size", "huge thing"], "huge thing"),
        (["generate", "x", "--seed", "-1"], "seed"),
        (["generate", "x", "--seed", "99999999999"], "seed"),
        (["generate"], "PROMPT"),
        (["nonsense"], "File nonsense not found."),
        (["missing.png"], "File missing.png not found."),
        (["missing.png", "--json"], "File missing.png not found."),
        (["/dev/null/missing.png"], "File /dev/null/missing.png not found."),
        (["generat"], "Did you mean generate?"),
        (["/"], "/ is a folder. Import its pictures with `gridbrush library import`."),
        (["/dev/zero"], "/dev/zero is not a file."),
        (["x" * 5000], "cannot be opened"),
        (["a\x1b[31m.png"], "File a"),
        (["generate", "x", "--nonsense"], "--nonsense"),
        (["library"], "ACTION"),
        (["library", "show"], "ID"),
        (["generate", "x", "--base-url", "ftp://images.example"], "https://"),
        (["generate", "x", "--base-url", "nonsense"], "https://"),
        (["key", "status", "--provider", "nobody"], "nobody"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_words_end_with_2_and_a_sentence(
    program: CliProgram, words: list[str], said: str
) -> None:
    assert_refused(program(*words), 2, said)
    # Nothing came of it.
    assert list((program.home / "library").glob(".gridbrush/journal/*")) == []


def test_a_missing_file_is_reported_without_a_list_of_commands(program: CliProgram) -> None:
    result = program("missing.png", "gone too.png")
    assert result.err.splitlines() == [
        "File missing.png not found.",
        "File gone too.png not found.",
        "gridbrush --help lists the commands.",
    ]


def test_a_reference_that_is_no_picture_is_refused(program: CliProgram, tmp_path: Path) -> None:
    letter = tmp_path / "letter.png"
    letter.write_text("Dear designer")
    assert_refused(program("generate", "x", "--ref", letter), 2, "not a picture")
    torn = tmp_path / "torn.png"
    torn.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    result = program("generate", "x", "--ref", torn, "--json")
    assert result.code == 2
    assert [(e["kind"], e["billed"]) for e in result.only("failed")] == [("request", "no")]


def test_more_references_than_a_model_takes_are_refused_before_any_is_read(
    program: CliProgram, tmp_path: Path
) -> None:
    """None is opened, so that none need be a picture; none is copied into the library."""
    many = [tmp_path / f"{n}.png" for n in range(1000)]
    for path in many:
        path.touch()
    given = [word for path in many for word in ("--ref", path)]
    assert_refused(program("generate", "x", *given), 2, "pictures with a prompt", "None were added")
    assert not list((program.home / "library").glob(".gridbrush/inputs/*"))


def test_a_library_that_is_a_file_is_left_as_it_is(program: CliProgram) -> None:
    program.home.mkdir()
    (program.home / "library").write_text("precious")
    for words in (["generate", "x"], ["library", "list"], ["library", "rebuild"]):
        assert_refused(program(*words), 8, str(program.home / "library"))
    assert (program.home / "library").read_text() == "precious"


def test_a_home_that_cannot_be_made_is_reported(program: CliProgram, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("precious")
    other = CliProgram(tmp_path / "file" / "home", program.user)
    assert_refused(other("generate", "x"), 8, str(tmp_path / "file"))


@pytest.mark.parametrize("text", ["{broken", '{"version": "new"}'])
def test_broken_settings_are_set_aside_said_once_and_the_run_goes_on(
    program: CliProgram, text: str
) -> None:
    program.write_settings(text)
    result = program("library", "list")
    assert (result.code, result.out) == (0, "")
    broken = program.settings.with_name("settings.broken.json")
    assert result.err.count(str(broken)) == 1
    assert broken.read_text() == text
    made = program("generate", "x", "--size", "512")
    assert made.code == 0
    assert "settings" not in made.err


def test_newer_settings_are_read_and_not_written_over(program: CliProgram) -> None:
    text = '{"version": 2, "at_once": 2, "neutral_names": true, "brand_new": [1]}'
    program.write_settings(text)
    result = program(
        *("generate", "A lamp", "--size", "512", "--json"), env={"GRIDBRUSH_API_KEY": ""}
    )
    assert result.code == 0, result.err
    assert "lamp" not in Path(result.only("image")[0]["path"]).name
    program("key", "set", stdin="sk-some-key-that-cannot-be-kept")
    assert program.settings.read_text() == text


def test_home_goes_before_or_after_the_command_or_into_the_environment(program: CliProgram) -> None:
    words = ["generate", "x", "--size", "512"]
    for command, env in (
        ([*words, "--home", str(program.home)], {}),
        (["--home", str(program.home), *words], {}),
        (words, {"GRIDBRUSH_HOME": str(program.home)}),
    ):
        result = program(command=program.forked(*command, home=False), env=env)
        assert result.code == 0, result.err
        assert Path(result.out.strip()).is_relative_to(program.home / "library")
    listed = program("library", "list", "--json").events
    assert len(listed) == 3
    assert {path.name for path in program.home.iterdir()} <= {
        *("library", "data", "cache", "config", "state"),
    }


def test_version_and_help(program: CliProgram) -> None:
    from studio import __version__

    assert program("--version").out == f"gridbrush {__version__}\n"
    text = program("--help")
    assert text.code == 0
    for command in ("generate", "models", "key", "library", "self-test"):
        assert command in text.out
    assert "probe" not in text.out
    assert not program.home.exists()


def test_the_self_test_tries_everything_and_fails_without_a_keyring(program: CliProgram) -> None:
    result = program("self-test", "--json")
    *checks, done = result.events
    found = {one["check"]: one["ok"] for one in checks}
    assert result.code == 1
    assert found.pop("keyring") is False
    assert found == dict.fromkeys(
        ("write access", "decoding", "languages", "offline generation", "window"), True
    ), result.out
    assert done == {"event": "done", "checks": 6, "failed": 1}


_REPORT = """
import atexit, os, sys
def report():
    with open(os.environ["LOADED"], "a") as file:
        file.write("\\n".join(sys.modules) + "\\n")
atexit.register(report)
"""


@pytest.mark.parametrize(
    ("words", "never"),
    [
        (["library", "list"], {"PySide6", "shiboken6", "qasync", "httpx", "keyring", "PIL"}),
        (["models"], {"PySide6", "qasync", "httpx", "keyring", "PIL"}),
        (["generate", "x", "--size", "512"], {"PySide6", "shiboken6", "qasync", "keyring"}),
        (["--version"], {"PySide6", "httpx", "keyring", "PIL", "apsw"}),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_it_loads_only_what_a_command_needs(
    program: CliProgram, tmp_path: Path, words: list[str], never: set[str]
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(_REPORT)
    loaded = tmp_path / "loaded"
    path = f"{site}:{program.environment()['PYTHONPATH']}"
    result = program(*words, env={"PYTHONPATH": path, "LOADED": str(loaded)})
    assert result.code == 0, result.err
    modules = {line.partition(".")[0] for line in loaded.read_text().splitlines()}
    assert "studio" in modules
    assert not modules & never


def test_json_is_json_even_for_words_of_every_script(program: CliProgram) -> None:
    prompt = 'Leuchtturm „ümlaut“ 灯塔 "quoted" {"json": 1}'
    result = program("generate", prompt, "--size", "512", "--json")
    assert result.code == 0, result.err
    assert json.loads(result.out.splitlines()[0])["prompt"] == prompt
    assert Path(result.only("image")[0]["path"]).name.startswith("leuchtturm-ümlaut-灯塔-quoted")


def test_a_library_another_computer_left_open_is_opened_when_the_user_says_so(
    program: CliProgram,
) -> None:
    note = {"pid": 7, "host": "attic", "machine": "of somebody else", "started": 1.0}
    lock = program.home / "library" / ".gridbrush" / "lock"
    lock.parent.mkdir(parents=True)
    lock.write_text(json.dumps({**note, "version": "0.1"}))
    make = ("generate", "x", "--size", "512")
    assert_refused(program(*make), 8, "attic", "--anyway")
    assert program(*make, "--anyway").code == 0
    assert program(*make).code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("generate", "x", "--ref"),
        ("generate", "x", "--size", "512", "--out"),
        ("library", "import"),
        ("library", "backup"),
        ("library", "recover"),
        (),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("name", ["a" * 4000, "/".join(["b" * 200] * 25)], ids=["name", "path"])
def test_a_name_of_4000_characters_is_no_bug(
    program: CliProgram, tmp_path: Path, words: tuple[str, ...], name: str
) -> None:
    result = program(*words, tmp_path / name)
    assert result.code != 0
    assert "report them" not in result.err
    assert "Traceback" not in result.err
