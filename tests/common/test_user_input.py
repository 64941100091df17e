"""Paths given by the user are checked before they are opened, and read up to a limit."""

from __future__ import annotations

import ast
import base64
import errno
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from studio.common import foreign_types, user_input
from studio.common.errors import InputError
from studio.common.file_types import kind_of
from studio.common.user_input import NotText, Unusable
from tests import odd_files
from tests.source_files import STUDIO, nodes_by_function, parsed, texts

only_posix = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no pipes in folders and no such names"
)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


def pipe(folder: Path) -> Path:
    return odd_files.pipe(folder / "p.png")


def pipe_behind_a_link(folder: Path) -> Path:
    (folder / "l.png").symlink_to(pipe(folder))
    return folder / "l.png"


def bound_socket(folder: Path) -> Path:
    return odd_files.listening(folder / "s.png")


def folder_(folder: Path) -> Path:
    (folder / "d.png").mkdir()
    return folder / "d.png"


def dangling(folder: Path) -> Path:
    (folder / "x.png").symlink_to(folder / "gone.png")
    return folder / "x.png"


def circle(folder: Path) -> Path:
    (folder / "x.png").symlink_to(folder / "y.png")
    (folder / "y.png").symlink_to(folder / "x.png")
    return folder / "x.png"


def empty(folder: Path) -> Path:
    (folder / "e.png").touch()
    return folder / "e.png"


def huge(folder: Path) -> Path:
    with (folder / "h.png").open("wb") as file:
        file.truncate(user_input.MOST_PICTURE + 1)
    return folder / "h.png"


ODD: tuple[tuple[Callable[[Path], Path], str], ...] = (
    (pipe, "a pipe"),
    (pipe_behind_a_link, "a pipe"),
    (bound_socket, "a socket"),
    (folder_, "a folder"),
    (dangling, "points to a missing file"),
    (circle, "points back to itself"),
    (empty, "is empty"),
    (huge, "is larger than"),
    (lambda folder: folder / "gone.png", "not found"),
    (lambda folder: empty(folder) / "below.png", "not found"),
    (lambda folder: folder / ("n" * 300), "name is too long"),
    (lambda folder: folder / "a\0b.png", "not a file name"),
    (lambda _folder: Path("/dev/zero"), "a device"),
    (lambda _folder: Path("/dev/null"), "a device"),
    (lambda _folder: Path("/dev/tty"), "a device"),
)


@only_posix
@pytest.mark.parametrize(("make", "why"), ODD, ids=[why for _make, why in ODD])
def test_what_is_no_file_to_read_is_refused_in_a_sentence(
    tmp_path: Path, make: Callable[[Path], Path], why: str
) -> None:
    path = make(tmp_path)
    for read in (
        lambda: user_input.read(path, most=user_input.MOST_PICTURE),
        lambda: user_input.text(path),
    ):
        with pytest.raises(Unusable, match=why) as caught:
            read()
        assert caught.value.reason.endswith(".")
        assert isinstance(caught.value, InputError)


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (errno.EACCES, "no permission to read"),
        (errno.EPERM, "no permission to read"),
        (errno.EIO, "cannot be read"),
        (errno.ESTALE, "cannot be read"),
        (errno.ENXIO, "not a file"),
        (errno.EAGAIN, "cannot be read at the moment"),
    ],
)
def test_every_complaint_of_the_system_is_a_sentence(number: int, why: str) -> None:
    said = user_input.unusable(Path("x.png"), OSError(number, os.strerror(number)))
    assert why in said.reason
    assert "x.png" in said.title


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="the system has no /proc")
def test_a_file_that_says_0_and_has_more_is_read_up_to_the_limit() -> None:
    assert user_input.head(Path("/proc/self/status"), 5) == b"Name:"
    assert "Name:" in user_input.text(Path("/proc/self/status"))
    with pytest.raises(Unusable, match="larger than"):
        user_input.read(Path("/proc/self/status"), most=10)


@only_posix
def test_a_file_that_grows_while_it_is_read_ends_at_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * 10)
    with user_input.opened(path, most=100) as file:
        path.write_bytes(b"x" * 1000)
        with pytest.raises(Unusable, match="larger than"):
            list(user_input.blocks(file, path, most=100))


@only_posix
def test_another_thing_that_got_the_name_meanwhile_is_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(PNG)
    real = user_input.stat_file

    def exchanged(one: Path, *, most: int | None = None) -> os.stat_result:
        about = real(one, most=most)
        path.unlink()
        odd_files.pipe(path)
        return about

    monkeypatch.setattr(user_input, "stat_file", exchanged)
    opened: list[int] = []
    monkeypatch.setattr(os, "close", lambda handle, close=os.close: opened.append(close(handle)))
    with pytest.raises(Unusable, match="a pipe"):
        user_input.opened(path)
    assert len(opened) == 1, "what was opened is closed"


# Addresses


@only_posix
@pytest.mark.parametrize(
    "name",
    [
        "plain.png", "sp ace.png", "hash#1.png", "question?.png", "per%cent.png", "percent%20.png",
        "new\nline.png", "ünï.png", "emoji\U0001f469\u200d\U0001f680.png", "back\\slash.png",
        "semi;colon'quote\".png", os.fsdecode(b"bad\xe9.png"), "file:x.png",
    ],
)  # fmt: skip
def test_an_address_names_the_file_it_was_made_of(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    escaped = quote(os.fsencode(path))
    for start in ("file://", "file://localhost", "FILE://LocalHost", "file:"):
        assert user_input.path_of(start + escaped) == path
    assert user_input.path_of(path.as_uri()) == path
    assert user_input.path_of(user_input.word_of(path)) == path
    user_input.word_of(path).encode()
    assert user_input.path_of(str(path)) == path


def test_an_address_that_was_not_escaped_is_read_where_the_file_is(tmp_path: Path) -> None:
    (tmp_path / "50%25 off.png").touch()
    assert user_input.path_of(f"file://{tmp_path}/50%25 off.png").name == "50%25 off.png"
    assert user_input.path_of(f"file://{tmp_path}/gone%25.png").name == "gone%.png"


@pytest.mark.parametrize(
    ("word", "why"),
    [
        pytest.param("file://nas/share/x.png", "another computer, nas", marks=only_posix),
        ("file:x.png", "does not point to a file"),
        ("file:", "does not point to a file"),
        ("https://example.org/x.png", "web addresses"),
        ("HTTP://example.org/x.png", "web addresses"),
        ("smb://nas/share/x.png", "smb addresses"),
        ("mtp://phone/x.png", "mtp addresses"),
        ("data:image/png;base64,AAAA", "in a data: address"),
    ],
)
def test_other_addresses_are_refused_in_a_sentence(word: str, why: str) -> None:
    with pytest.raises(Unusable, match=why):
        user_input.path_of(word)


def test_plain_names_stay_names() -> None:
    assert user_input.path_of("a:b.png") == Path("a:b.png")
    assert user_input.path_of("C:\\x.png") == Path("C:\\x.png")
    assert user_input.path_of("~nobody-is-called-so/x.png") == Path("~nobody-is-called-so/x.png")
    assert user_input.path_of("~/x.png") == Path.home() / "x.png"


# Names


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("bad\udce9", "bad\N{REPLACEMENT CHARACTER}"),
        ("half \ud83d", "half \N{REPLACEMENT CHARACTER}"),
        ("whole \ud83d\ude80", "whole \U0001f680"),
        ("new\nline\ttab", "new line tab"),
        ("sep\u2028arated\u2029", "sep arated"),
        ("turned\u202egnp.exe", "turnedgnp.exe"),
        ("\U0001f469\u200d\U0001f680", "\U0001f469\u200d\U0001f680"),
        ("esc\x1b[31m", "esc [31m"),
    ],
)
def test_a_name_that_is_kept_is_one_valid_line(name: str, kept: str) -> None:
    assert user_input.one_line(name) == kept
    user_input.one_line(name).encode()


# Text


@pytest.mark.parametrize("words", ["café\n海 \U0001f680", "plain", ""])
@pytest.mark.parametrize(
    "name", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "utf-8"]
)
def test_text_is_read_by_its_byte_order_mark(words: str, name: str) -> None:
    data = words.encode(name)
    if name.endswith(("-le", "-be")):
        data = "\ufeff".encode(name) + data
    assert user_input.decoded(data) == words


@pytest.mark.parametrize(
    "data",
    [
        b"caf\xe9",
        b"fine\nline\xff",
        "no mark".encode("utf-16-le"),
        "no mark".encode("utf-16-be"),
        b"\xff\xfea\0\0\xd8",
        b"\xff\xfea",
        b"a\0b",
        b"\xed\xa0\xbd",
        PNG,
    ],
)
def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    with pytest.raises(NotText, match=r"This is not .*\.$"):
        user_input.decoded(data)


def test_line_ends_of_other_systems_become_one() -> None:
    assert user_input.decoded(b"a\r\nb\rc\n") == "a\nb\nc\n"


# Pictures written as addresses


B64 = base64.b64encode(PNG).decode()


@pytest.mark.parametrize(
    "address",
    [
        f"data:image/png;base64,{B64}",
        f"DATA:IMAGE/PNG;BASE64,{B64}",
        f"data:image/png;charset=utf-8;base64,{B64}",
        f"data:image/png;base64,{B64.rstrip('=')}",
        f"data:image/png;base64,{B64[:20]}\r\n {B64[20:]}",
        f"data:image/png;base64,{quote(B64, safe='')}",
        f"data:image/png;base64,{B64.translate(str.maketrans('+/', '-_'))}",
        f"data:image/png,{quote(PNG)}",
    ],
)
def test_a_picture_in_an_address_is_its_bytes(address: str) -> None:
    assert user_input.is_data(address)
    assert user_input.picture_in(address) == PNG


@pytest.mark.parametrize(
    "address",
    [
        "data:image/png", "data:image/png,", "data:image/png;base64,", "data:image/png;base64,%%%",
        "data:image/png;base64,A", "data:image/png;base64,ÄÖÜ=", "data:image/png;base64,AA=AA",
    ],
)  # fmt: skip
def test_an_address_that_holds_no_picture_is_refused_in_a_sentence(address: str) -> None:
    with pytest.raises(Unusable, match="damaged or incomplete"):
        user_input.picture_in(address)


def test_an_endless_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(Unusable, match="larger than") as caught:
        user_input.picture_in("data:image/png;base64," + "A" * user_input.MOST_DATA)
    assert len(str(caught.value)) < 200


# Kinds that are not read


@pytest.mark.parametrize(
    ("head", "suffix", "name", "picture"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", ".heic", "HEIC", True),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", ".png", "HEIF", True),
        (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", ".cr3", "camera RAW", True),
        (b"\0\0\0\x18ftypisom\0\0\0\0isomavc1", ".mp4", "video", False),
        (b"\xff\x0a\xfa\x7f", ".jxl", "JPEG XL", True),
        (b"\0\0\0\x0cJXL \r\n\x87\n", ".jxl", "JPEG XL", True),
        (b"8BPS\0\1", ".psd", "Photoshop", True),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', ".svg", "SVG", True),
        (b'<?xml version="1.0"?>\n<!-- a -->\n<svg>', ".png", "SVG", True),
        (b"<!DOCTYPE html><p>Not found", ".png", "web page", False),
        (b"Dear designer", ".png", "text", False),
        (b"FORMat of this text is plain", ".txt", "text", False),
        (b"%PDF-1.7\n%\xe2\xe3", ".pdf", "PDF", False),
        (b"PK\3\4" + bytes(26) + b"mimetypeapplication/x-krita", ".kra", "Krita", True),
        (b"PK\3\4" + bytes(40), ".zip", "ZIP", False),
        (b"P6 2 2 255\n", ".ppm", "PNM", True),
        (b"\0\0\1\0\1\0", ".ico", "ICO", True),
        (bytes(range(128, 200)), ".png", "unknown type", False),
    ],
)
def test_a_kind_that_is_not_read_is_called_by_its_name(
    head: bytes, suffix: str, name: str, picture: bool
) -> None:
    found = foreign_types.foreign(head, suffix)
    assert (found.name, found.picture) == (name, picture)
    assert name in foreign_types.reason(found)
    assert kind_of(head[:64]) is None


# The door


_OWN = "a file of the library or of this program"
_ANSWER = "an answer in the journal"
SEEN = {
    **dict.fromkeys(
        (
            "common/files.py:sync_folder", "common/files.py:write_new", "common/files.py:_blocks",
            "common/files.py:__init__", "common/directory_handles.py:open_file",
            "common/directory_handles.py:_opened", "common/directory_handles.py:name_anew",
            "common/json_reader.py:read", "common/library_lock.py:_machine",
            "common/library_lock.py:acquire", "app/instance.py:_ring",
            "app/export/copy_cache.py:_open_lock",
            "app/crash_reports.py:__init__", "app/crash_reports.py:left_behind",
            "domain/drafts.py:_being_restored",
            "common/log_files.py:_open", "library/operations/backup.py:_write",
            "library/operations/backup.py:_add", "library/log/daily_copies.py:_packed",
            "library/log/daily_copies.py:records_of", "library/operations/forget_prompt.py:_lines",
            "library/index/index_file.py:current", "library/operations/relocate.py:_copy_file",
            "library/files/originals.py:sha256_of",
            "library/files/save_copies.py:_write", "common/unfinished_copies.py:_begin",
            "common/unfinished_copies.py:_remove_one",
            "library/files/originals.py:read_picture_file", "library/log/record_log.py:reaches",
            "library/log/record_log.py:read", "library/log/record_log.py:at",
            "library/log/record_log.py:_complete_last_line", "library/files/thumbnails.py:get",
            "library/files/thumbnails.py:find", "imaging/upload_limits.py:fit",
            "providers/base64_text.py:from_file", "ui/support/drag_and_drop.py:load",
            "ui/style/icons.py:source", "ui/style/stylesheet.py:style_sheet",
            "ui/views/welcome.py:_example_picture",
        ),
        _OWN,
    ),
    **dict.fromkeys(
        (
            "generation/ingest.py:_check_type", "generation/kept_answer.py:mend",
            "generation/encoded_answer.py:_pieces", "generation/encoded_answer.py:is_encoded",
            "providers/gemini/collect.py:gather_text", "providers/gemini/answer.py:_first",
            "providers/gemini/collect.py:_body_part", "providers/gemini/multipart.py:parts",
            "providers/gemini/grounding.py:_text",
            "providers/gemini/no_picture.py:_is_text", "providers/gemini/scan.py:scan_file",
        ),
        _ANSWER,
    ),
    **dict.fromkeys(
        ("__main__.py:_stand_in_for_closed_streams", "cli/output.py:print_result",
         "imaging/worker.py:_take_pipes"),
        "the system's null device",
    ),
    **dict.fromkeys(
        (
            "imaging/decode_jobs.py:open_picture", "imaging/decode_jobs.py:_identified",
            "imaging/export_jobs.py:export", "imaging/export_jobs.py:_avif_bits",
            "imaging/containers.py:opened", "common/file_types.py:size_of",
            "common/file_types.py:looks_complete",
        ),
        "copies in the library, in the process that decodes",
    ),
    **dict.fromkeys(
        (
            "providers/sketch/repaint.py:_reference",
        ),
        "bytes in memory",
    ),
    "library/operations/restore.py:opened": "a handle that the door opened",
    "common/system_language.py:_chosen": "the languages that macOS keeps for the user",
    "ui/support/monitor_profile.py:_read": "the profile that the system has for its monitor",
}  # fmt: skip
"""Function by function: why what is opened there was not named by the user."""

_MODULES = {"os", "io", "zipfile", "gzip", "tarfile", "Image", "bz2", "lzma", "codecs"}


def openings(source: str) -> Iterator[str]:
    """Functions in which a file is opened to be read, whatever the way."""
    for name, node in nodes_by_function(parsed(source)):
        if isinstance(node, ast.Attribute) and node.attr in ("read_bytes", "read_text"):
            yield name
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name) and called.id in ("open", "FileIO", "ZipFile"):
            yield name
        if isinstance(called, ast.Attribute) and called.attr in ("open", "FileIO", "ZipFile"):
            words = [one.value for one in node.args if isinstance(one, ast.Constant)]
            reads = any(isinstance(word, str) and word.startswith("r") for word in words)
            module = isinstance(called.value, ast.Name) and called.value.id in _MODULES
            if module or reads:
                yield name


def test_nothing_that_the_user_named_is_opened_past_the_door() -> None:
    found = {
        f"{file}:{name}"
        for file, source in texts()
        if file != "common/user_input.py"
        for name in openings(source)
    }
    assert found - SEEN.keys() == set(), "through studio/common/user_input.py, or looked at"
    assert SEEN.keys() - found == set(), "gone: take it out of the list"


@pytest.mark.parametrize(
    "line",
    [
        "path.read_bytes()",
        "thread(path.read_text, 'utf-8')",
        "path.open('rb')",
        "open(path)",
        "os.open(path, 0)",
        "zipfile.ZipFile(path)",
        "Image.open(path)",
    ],
)
def test_an_opening_that_goes_past_the_door_is_found(line: str) -> None:
    assert list(openings(f"def work(path):\n    return {line}\n")) == ["work"]


def test_commands_take_the_names_of_files_through_the_door() -> None:
    # What is read; where things are written to is no business of this door.
    for module in ("library_changes", "library_backup", "generate", "advanced", "parser"):
        assert "user_input.path_of(" in (STUDIO / "cli" / f"{module}.py").read_text("utf-8"), module
