"""Any argument of a command line is answered in a sentence, and none makes a command hang."""

from __future__ import annotations

import base64
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests import odd_files
from tests.cli.program import HANG_SECONDS, KEY, CliProgram, Result
from tests.fake_service import FakeService

pytestmark = [
    pytest.mark.skipif(
        sys.platform == "win32", reason="Windows has no pipes in folders and no such names"
    ),
    pytest.mark.usefixtures("warm"),
]

BAD = os.fsdecode(b"bad\xe9")
"""A name that is no UTF-8, as Python has it."""


def png(path: Path, colour: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (40 + colour, 30), (colour, 90, 60)).save(path, "PNG")
    return path


def imported(program: CliProgram, *words: str | Path) -> Result:
    return program("library", "import", *words)


def only_facts(result: Result) -> dict:
    (facts,) = result.events
    assert result.out.isascii() or result.out.encode()
    return facts


def test_a_pipe_in_a_folder_stops_no_import(program: CliProgram, tmp_path: Path) -> None:
    png(tmp_path / "in" / "a.png")
    odd_files.pipe(tmp_path / "in" / "p.png")
    result = imported(program, tmp_path / "in")
    assert result.code == 0, result.err
    assert result.out == "Imported 1. Skipped: 1 × pipe.\n"


@pytest.mark.parametrize("inside", [False, True], ids=["the name of a file", "of a folder"])
def test_a_name_that_is_no_utf8_costs_nothing(
    program: CliProgram, tmp_path: Path, *, inside: bool
) -> None:
    folder = tmp_path / (BAD if inside else "in")
    png(folder / "a.png", 1)
    png(folder / f"{BAD}.png", 2)
    broken = folder / f"{BAD} too.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    facts = only_facts(imported(program, folder, "--json"))
    assert len(facts["imported"]) == 2
    (unreadable,) = facts["unreadable"]
    assert "bad\N{REPLACEMENT CHARACTER} too.png" in unreadable["path"]
    listed = program("library", "list", "--json")
    assert {one["title"] for one in listed.events} == {"a", "bad\N{REPLACEMENT CHARACTER}"}
    for one in listed.events:
        Path(one["path"]).name.encode()
        assert Path(one["path"]).is_file()
    for record in (program.home / "library" / ".gridbrush" / "records").iterdir():
        record.read_bytes().decode()
    assert program("library", "verify").code == 0
    again = imported(program, folder / f"{BAD}.png")
    assert (again.code, again.out) == (0, "This picture is already in the library\n"), again.err


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("photo.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200), "HEIC"),
        ("photo.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200), "HEIC"),
        ("picture.jxl", b"\xff\x0a" + bytes(100), "JPEG XL"),
        ("work.psd", b"8BPS\0\1" + bytes(100), "Photoshop"),
        ("logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        ("shot.dng", b"II*\0" + bytes(60), "camera RAW"),
        ("empty.png", b"", "empty"),
        ("letter.png", b"Dear designer", "text"),
        ("torn.png", b"\x89PNG\r\n\x1a\n" + bytes(60), "damaged"),
        ("torn.avif", b"\0\0\0\x18ftypavif\0\0\0\0avifmif1" + bytes(60), ""),
    ],
)
def test_what_is_named_and_does_not_come_is_said_and_nothing_is_no_success(
    program: CliProgram, tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(data)
    result = imported(program, tmp_path / name)
    assert result.code == 2, result.err
    assert name in result.err
    assert said in result.err
    assert result.out == "Imported 0 · 1 unreadable\n"
    good = png(tmp_path / "good.png")
    both = imported(program, tmp_path / name, good, "--json")
    assert both.code == 10, both.err
    facts = only_facts(both)
    assert (len(facts["imported"]), len(facts["unreadable"])) == (1, 1)
    assert said in facts["unreadable"][0]["reason"]
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / name).write_bytes(data)
    png(folder / "other.png", 7)
    (folder / "notes.txt").write_text("no picture")
    inside = imported(program, folder)
    assert inside.code == 10, "a picture did not arrive"
    assert "1 × text" in inside.out
    assert name in inside.err or (said and said in inside.out)


def test_text_and_hidden_files_beside_pictures_are_no_failure(
    program: CliProgram, tmp_path: Path
) -> None:
    png(tmp_path / "in" / "a.png")
    (tmp_path / "in" / "notes.txt").write_text("no picture")
    (tmp_path / "in" / "gone").symlink_to("nowhere")
    png(tmp_path / "in" / ".hidden.png", 3)
    result = imported(program, tmp_path / "in", "--json")
    assert result.code == 0, result.err
    assert {one["kind"]: one["count"] for one in only_facts(result)["left_out"]} == {
        "hidden file": 1,
        "broken link": 1,
        "text": 1,
    }


def test_a_folder_without_pictures_is_said(program: CliProgram, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.txt").write_text("no picture")
    result = imported(program, tmp_path / "in")
    assert result.code == 2
    assert "No pictures in this folder." in result.err
    assert "1 × text" in result.out
    own = imported(program, program.home / "library")
    assert (own.code, "the library itself" in own.err) == (2, True)


def test_one_name_that_leads_nowhere_does_not_cost_the_others(
    program: CliProgram, tmp_path: Path
) -> None:
    good = png(tmp_path / "good.png")
    odd_files.pipe(tmp_path / "pipe.png")
    words = (tmp_path / "gone.png", tmp_path / "pipe.png", "/dev/zero", "https://x.example/a.png")
    result = imported(program, *words, good, "file://nas/share/b.png")
    assert result.code == 10
    assert result.out == "Imported 1 · 5 unreadable\n"
    for word in (*words, "file://nas/share/b.png"):
        assert f"{word}: " in result.err


@pytest.mark.parametrize("start", ["file://", "file://localhost", "file:"])
def test_addresses_of_files_are_read(program: CliProgram, tmp_path: Path, start: str) -> None:
    path = png(tmp_path / "two words.png")
    address = start + path.as_uri().removeprefix("file://")
    result = imported(program, address)
    assert (result.code, result.out) == (0, "Imported 1\n"), result.err
    made = program("generate", "x", "--ref", address, "--size", "512")
    assert made.code == 0, made.err


@pytest.fixture
def unfinished(tmp_path: Path) -> Iterator[Path]:
    """A pipe that somebody holds open and never writes to: a reader would wait for ever."""
    path = tmp_path / "pipe.png"
    odd_files.pipe(path)
    holder = os.open(path, os.O_RDWR)
    yield path
    os.close(holder)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("library", "import"), ()),
        (("library", "recover"), ()),
        (("generate", "x", "--size", "512", "--ref"), ()),
        ((), ()),
    ],
    ids=["import", "recover", "--ref", "open with"],
)
@pytest.mark.parametrize("which", ["pipe", "/dev/zero", "/dev/stdin", "/dev/tty", "missing.png"])
def test_no_command_waits_for_what_is_no_file(
    program: CliProgram,
    unfinished: Path,
    before: tuple[str, ...],
    after: tuple[str, ...],
    which: str,
) -> None:
    word = str(unfinished) if which == "pipe" else which
    result = program(*before, word, *after)
    assert result.code == 2, result.err
    assert word in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("which", ["pipe", "/dev/zero", "/dev/stdin", "/proc/kmsg"])
def test_no_instruction_is_read_from_what_is_no_file(
    program: CliProgram, service: FakeService, unfinished: Path, which: str
) -> None:
    word = str(unfinished) if which == "pipe" else which
    result = program(*generate(service, "x", "--system", f"@{word}"), env=KEYED)
    assert result.code == 2, result.err
    assert word in result.err
    assert service.requests == []


MODEL = "gemini-nano-banana-2.1"
KEYED = {"GRIDBRUSH_API_KEY": KEY}


def generate(service: FakeService, *words: str) -> tuple[str, ...]:
    return (
        *("generate", *words, "--provider", "dgrid", "--base-url", service.url),
        *("--model", MODEL, "--json"),
    )


def fed(program: CliProgram, data: bytes, *words: str) -> Result:
    """A command with these bytes on its standard input."""
    done = subprocess.run(
        program.forked(*words),
        input=data,
        env=program.environment(),
        cwd=program.user.parent,
        capture_output=True,
        timeout=HANG_SECONDS,
        check=False,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize("name", ["utf-8-sig", "utf-16", "utf-32", "utf-8"])
def test_a_prompt_on_standard_input_is_read_by_its_mark(program: CliProgram, name: str) -> None:
    result = fed(program, "café 海".encode(name), "generate", "-", "--size", "512", "--json")
    assert result.code == 0, result.err
    assert result.only("queued")[0]["prompt"] == "café 海"


@pytest.mark.parametrize("data", [b"caf\xe9", "no mark".encode("utf-16-le"), b"a\0b"])
def test_bytes_that_are_no_text_are_refused_on_standard_input(
    program: CliProgram, data: bytes
) -> None:
    result = fed(program, data, "generate", "-", "--size", "512", "--json")
    assert (result.code, result.out) == (2, ""), result.err
    assert "not text" in result.err
    assert "not text" in fed(program, data, "key", "set").err


def test_standard_input_without_end_is_refused(program: CliProgram) -> None:
    with Path("/dev/zero").open("rb") as endless:
        done = subprocess.run(
            program.forked("generate", "-", "--size", "512"),
            stdin=endless,
            env=program.environment(),
            cwd=program.user.parent,
            capture_output=True,
            text=True,
            timeout=HANG_SECONDS,
            check=False,
        )
    assert done.returncode == 2
    assert "too long" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("generate", BAD, "--size", "512"),
        ("generate", "x", "--system", BAD),
        ("generate", "x", "--model", BAD),
        ("library", "list", BAD),
        ("library", "collect", BAD),
        ("library", "collect", "x", "--search", BAD),
        ("library", "tag", "abcdef", "--add", BAD),
        ("library", "forget", BAD),
        ("generate", "x", "--provider", BAD),
    ],
    ids=lambda words: " ".join(words[:3]).replace(BAD, "BAD"),
)
def test_words_that_are_no_text_are_refused(program: CliProgram, words: tuple[str, ...]) -> None:
    result = program(*words)
    assert (result.code, result.out) == (2, ""), result.err
    assert "not text: bad\N{REPLACEMENT CHARACTER}" in result.err


@pytest.mark.parametrize("data", [b"caf\xe9", "no mark".encode("utf-16-le"), b"", b"\x89PNG\0\1"])
def test_an_instruction_that_is_no_text_is_refused(
    program: CliProgram, service: FakeService, tmp_path: Path, data: bytes
) -> None:
    (tmp_path / "how.txt").write_bytes(data)
    result = program(*generate(service, "x", "--system", f"@{tmp_path}/how.txt"), env=KEYED)
    assert result.code == 2, result.err
    assert "how.txt" in result.err
    assert service.requests == []


def test_an_instruction_with_a_mark_is_read_also_under_an_odd_name(
    program: CliProgram, service: FakeService, tmp_path: Path
) -> None:
    path = tmp_path / f"{BAD}.txt"
    path.write_bytes("flat colours, café".encode("utf-16"))
    result = program(*generate(service, "x", "--system", f"@{path}"), env=KEYED)
    assert "systemInstruction" in json.dumps(service.requests[0].json), result.err
    assert "flat colours, café" in json.dumps(service.requests[0].json, ensure_ascii=False)


def ended(running: subprocess.Popen[str], number: int) -> int:
    running.send_signal(number)
    try:
        return running.wait(HANG_SECONDS)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()
        raise


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("words", [("generate", "-", "--size", "512"), ("key", "set")])
def test_a_command_that_waits_for_standard_input_can_be_ended(
    program: CliProgram, words: tuple[str, ...], number: int
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _TOLD, *program.command(*words)[3:]],
        env=program.environment(),
        cwd=program.user.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline() == "waits\n"
        # Standard input stays open all the while.
        assert ended(running, number) == 130, running.stderr.read()
        assert "Fatal" not in running.stderr.read()


_TOLD = r"""
import os, signal, sys
# Whoever runs this in the background may have had it ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
read = os.read
def told(handle, size):
    if handle == 0:
        os.write(1, b"waits\n")
    return read(handle, size)
os.read = told
from studio.__main__ import main
sys.exit(main())
"""


def test_names_that_are_no_utf8_are_passed_on_complete(program: CliProgram, tmp_path: Path) -> None:
    path = png(tmp_path / f"{BAD}.png")
    with program.start(*HELD_OPEN) as owner:
        try:
            assert owner.stdout is not None
            while json.loads(owner.stdout.readline())["event"] != "started":
                pass
            result = imported(program, path, tmp_path / BAD, "--json")
            assert result.code == 10, result.err
            facts = only_facts(result)
            assert len(facts["imported"]) == 1
            assert facts["unreadable"][0]["reason"] == "File not found."
            made = program("generate", "x", "--ref", path, "--size", "512", "--json")
            assert made.code == 0, made.err
            refused = program("generate", "x", "--ref", tmp_path / f"{BAD} too.png")
            assert refused.code == 2, refused.err
        finally:
            owner.terminate()
            owner.communicate()


HELD_OPEN = ("generate", "x", "--model", "sketch-slow", "--size", "512", "--json")


def test_an_address_without_a_scheme_is_read_as_the_settings_read_it(
    program: CliProgram, service: FakeService
) -> None:
    local = service.url.removeprefix("http://").replace("127.0.0.1", "localhost")
    for address in (local, f"{local}/v1", f" {local}/v1/chat/completions "):
        result = program(
            *("generate", "x", "--provider", "dgrid", "--base-url", address, "--model", MODEL),
            env=KEYED,
        )
        assert result.code == 0, result.err
    assert len(service.requests) == 3


@pytest.mark.parametrize(
    "address", ["nonsense", "http://images.example", "images.example:port", "ftp://x.org", "a b"]
)
def test_an_address_that_is_none_is_still_refused(program: CliProgram, address: str) -> None:
    result = program("generate", "x", "--base-url", address, env=KEYED)
    assert (result.code, result.out) == (2, ""), result.err


def test_the_picture_of_an_address_has_to_be_saved_first(program: CliProgram) -> None:
    data = io.BytesIO()
    Image.new("RGB", (9, 9)).save(data, "PNG")
    address = f"data:image/png;base64,{base64.b64encode(data.getvalue()).decode()}"
    result = imported(program, address)
    assert result.code == 2
    assert "not a file" in result.err
