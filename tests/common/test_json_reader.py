"""JSON on disk is read by one module, which returns valid values only."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.common import files, foreign_json, json_reader
from studio.common.json_reader import NotUnderstood
from tests.library.builders import a_picture
from tests.source_files import dotted, nodes, parsed, texts

WIRE = "reads what a service sends, in pieces, forgives its faults, and has limits of its own"
AROUND = {
    "common/json_reader.py": "is the door",
    "common/foreign_json.py": "is the door for JSON of other programs",
    "common/system_language.py": "a property list of macOS, no JSON",
    "providers/gemini/conversation.py": WIRE,
    "providers/gemini/answer.py": WIRE,
    "providers/gemini/collect.py": WIRE,
    "providers/gemini/grounding.py": WIRE,
    "providers/gemini/model_list.py": WIRE,
    "providers/gemini/error_body.py": WIRE,
    "providers/gemini/error_text.py": WIRE,
    "providers/gemini/picture_fields.py": WIRE,
    "providers/gemini/refused_fields.py": WIRE,
    "providers/gemini/scan.py": WIRE,
}
"""Who decodes without it, and why."""

DECODERS = {
    "json": {"load", "loads", "JSONDecoder"},
    "msgspec": {"convert", "msgpack", "toml", "yaml"},
    "msgspec.json": {"decode", "Decoder"},
    "ast": {"literal_eval"},
    **{name: {"*"} for name in ("pickle", "marshal", "shelve", "plistlib", "tomllib", "yaml")},
}


def decoders(tree: ast.AST) -> Iterator[str]:
    """Names of what decodes, however it was imported."""
    known: dict[str, str] = {}
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                known[one.asname or one.name.split(".")[0]] = (
                    one.name if one.asname else one.name.split(".")[0]
                )
                if "*" in DECODERS.get(one.name, ()):
                    yield one.name
        elif isinstance(node, ast.ImportFrom) and node.module in DECODERS:
            taken = {one.name for one in node.names}
            yield from (
                f"{node.module}.{one}"
                for one in taken
                if DECODERS[node.module] & {one, "*"} or f"{node.module}.{one}" in DECODERS
            )
    for node in nodes(tree):
        if isinstance(node, ast.Attribute):
            head, _dot, rest = dotted(node.value).partition(".")
            module = ".".join(part for part in (known.get(head, ""), rest) if part)
            if node.attr in DECODERS.get(module, ()):
                yield f"{module}.{node.attr}"


def test_whoever_decodes_goes_through_the_door() -> None:
    around = {name for name, source in texts() if any(decoders(parsed(source)))}
    assert around == set(AROUND)


@pytest.mark.parametrize(
    "text",
    [
        "import json\njson.loads('1')",
        "import json as j\nj.load(f)",
        "from json import loads",
        "import msgspec\nmsgspec.json.decode(b'1')",
        "import msgspec.json\nmsgspec.json.Decoder(int)",
        "from msgspec import json",
        "from msgspec.json import decode as d",
        "import pickle",
    ],
)
def test_the_next_one_who_goes_around_is_found(text: str) -> None:
    assert list(decoders(ast.parse(text)))


HOSTILE = [
    b"",
    b"{",
    b"\xff\xfe{}",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"[" * 101 + b"]" * 101,
    b'{"a":' + b"[" * 200 + b"]" * 200 + b"}",
    b"9" * 5000,
    b"1e999",
    b"-1e999",
    b"NaN",
    b"[Infinity]",
    b'"\\ud800"',
    b'"\\udc00"',
    b'"\xed\xa0\x80"',
    b'"\xff"',
    b'"a',
    b"{} {}",
    b"'a'",
]


@pytest.mark.parametrize("data", HOSTILE, ids=lambda data: repr(data[:12]))
def test_what_is_no_json_or_too_much_of_it_is_one_kind_of_error(data: bytes) -> None:
    for read in (json_reader.plain, lambda one: json_reader.decode(one, dict[str, int])):
        with pytest.raises(NotUnderstood):
            read(data)


@pytest.mark.parametrize(
    "value", ['{"a": "[[[["}', "\ufeff[1]", '{"a":\r\n1}\r\n', "[" * 99 + "]" * 99]
)
def test_what_other_editors_write_is_read(value: str) -> None:
    assert json_reader.plain(value)


def test_other_programs_may_write_what_is_no_number() -> None:
    assert foreign_json.forgiving('{"a": NaN, "b": 1}') == {"a": None, "b": 1}
    for text in ("[" * 100_000, "9" * 5000, "{"):
        with pytest.raises(NotUnderstood):
            foreign_json.forgiving(text)


def test_only_a_plain_file_of_some_size_is_opened(tmp_path: Path) -> None:
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(NotUnderstood):
        json_reader.load(huge, dict)
    with pytest.raises(IsADirectoryError):
        json_reader.load(tmp_path, dict)
    with pytest.raises(FileNotFoundError):
        json_reader.load(tmp_path / "none", dict)
    if sys.platform != "win32":
        pipe = tmp_path / "pipe.json"
        os.mkfifo(pipe)
        with pytest.raises(NotUnderstood):
            json_reader.load(pipe, dict)


def test_a_pipe_in_the_place_of_a_file_is_set_aside_beside_earlier_ones(tmp_path: Path) -> None:
    for name in ("draft.json", "draft.json", "draft.json"):
        (tmp_path / name).write_text("{")
        files.put_aside(tmp_path / name)
    names = sorted(one.name for one in tmp_path.iterdir())
    assert names == ["draft.broken-2.json", "draft.broken-3.json", "draft.broken.json"]


def test_what_is_written_over_keeps_what_a_newer_version_put_there(tmp_path: Path) -> None:
    path = tmp_path / "window.json"
    path.write_text('{"later": {"n": 123456789012345678901234567890}, "version": 7, "a": 1}')
    written = json_reader.plain(json_reader.merge_into_file(path, b'{"version":1,"a":2}'))
    assert written == {"later": {"n": 123456789012345678901234567890}, "version": 7, "a": 2}
    path.write_bytes(b"{")
    assert json_reader.merge_into_file(path, b'{"a":2}') == b'{"a":2}'


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (json_reader.is_id, ["", "..", "a/b", "a\nb", "a" * 65, "ä", "a b", "a.b"]),
        (json_reader.is_sha256, ["", "0" * 63, "G" * 64, "0" * 64 + "\n", "*"]),
        (
            json_reader.is_inside,
            ["", "/a", "a//b", "../a", "a/..", "./a", "a\\b", "C:/a", "a\0", "a\n", "a/" * 3000],
        ),
    ],
)
def test_ids_digests_and_places_are_nothing_else(good, bad: list[str]) -> None:
    picture = a_picture()
    for text in (picture.id, picture.sha256, picture.path):
        if good.__name__ == {36: "is_id", 64: "is_sha256"}.get(len(text), "is_inside"):
            assert good(text)
    assert not [text for text in bad if good(text)]
