"""Text in pictures, in declared and undeclared encodings."""

from __future__ import annotations

import pytest

from studio.imaging.text_encoding import decoded, user_comment, wide

WORDS = [
    "a lighthouse at dusk",
    "caf\u00e9 \u706f\u5854",
    "\u96e8\u4e2d\u7684\u706f\u5854\uff0c\u6c34\u5f69\u753b\uff0c\u67d4\u548c\u7684\u5149\u7ebf",
    "\u96e8\u306e\u706f\u53f0\u3001\u6c34\u5f69\u753b",
    "\ube44 \uc624\ub294 \ub4f1\ub300",
    "\u043c\u0430\u044f\u043a \u043d\u0430 \u0437\u0430\u043a\u0430\u0442\u0435",
    "\u03c6\u03ac\u03c1\u03bf\u03c2 \u03c3\u03c4\u03bf \u03bb\u03c5\u03ba\u03cc\u03c6\u03c9\u03c2",
    "\u0645\u0646\u0627\u0631\u0629 \u0639\u0646\u062f \u0627\u0644\u063a\u0631\u0648\u0628",
    "\u05de\u05d2\u05d3\u05dc\u05d5\u05e8 \u05d1\u05d3\u05de\u05d3\u05d5\u05de\u05d9\u05dd",
    "\U0001f469\u200d\U0001f680 family \U0001f1e9\U0001f1ea",
    "\U0001f33c\U0001f33c\U0001f33c",
    "ma\u0142a latarnia, zmierzch",
]


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_comment_said_to_be_unicode_is_read_by_what_it_is(
    words: str, encoding: str, order: str
) -> None:
    data = words.encode(encoding)
    assert user_comment(b"UNICODE\0" + data, order=order) == words
    assert user_comment(b"Unicode\0" + data + b"\0\0", order=order) == words


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("sign", [b"ASCII\0\0\0", bytes(8), b"", b"        "])
def test_a_comment_with_any_other_signature_is_utf_8(words: str, sign: bytes) -> None:
    assert user_comment(sign + words.encode(), order="<") == words


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"),
        (b"\xff\xfe\0\0", "utf-32-le"), (b"\0\0\xfe\xff", "utf-32-be"),
    ],
)  # fmt: skip
def test_a_mark_tells_the_encoding_everywhere(words: str, mark: bytes, encoding: str) -> None:
    data = mark + words.encode(encoding)
    assert decoded(data) == words
    assert wide(data, order="<") == words
    for sign in (b"UNICODE\0", b"ASCII\0\0\0", bytes(8), b""):
        assert user_comment(sign + data, order=">") == words


def test_japanese_comments_are_read() -> None:
    words = WORDS[3]
    for encoding in ("iso2022_jp", "shift_jis", "utf-8"):
        data = b"JIS\0\0\0\0\0" + words.encode(encoding)
        assert user_comment(data, order="<") == words


def test_latin_1_is_what_is_left() -> None:
    assert decoded("caf\u00e9".encode("latin-1")) == "caf\u00e9"
    assert decoded("\u201ccaf\u00e9\u201d".encode("cp1252")) == "\u201ccaf\u00e9\u201d"
    assert decoded(b"\x81\xe9") == "\x81\u00e9"
    assert decoded(b"\0\0\0") == ""
    assert decoded("a moth".encode("utf-16-le")) == "a moth"
    assert decoded("a moth".encode("utf-16-be") + b"\0\0") == "a moth"


@pytest.mark.parametrize("data", [b"", b"\0", b"\xff", b"\xff\xfe", b"UNICODE\0", b"UNICODE\0a",
    b"\xd8\x00" * 9, bytes(range(256)) * 9])  # fmt: skip
def test_any_bytes_are_some_text(data: bytes) -> None:
    for text in (decoded(data), user_comment(data, order="<"), wide(data, order=">")):
        assert isinstance(text, str)
