"""Answers of gateways by kind: shapes, streams and pictures within words, each with its pictures.

Every body is the exact bytes of a response with status 200.
"""

from __future__ import annotations

import base64
import io
import json
import random
from collections.abc import Sequence
from typing import Any

from PIL import Image


def noise(kind: str, size: int = 24) -> bytes:
    """A picture that is not small however it is packed; the same each time."""
    pixels = random.Random(size).randbytes(size * size * 3)
    file = io.BytesIO()
    Image.frombytes("RGB", (size, size), pixels).save(file, kind)
    return file.getvalue()


A, B = noise("PNG"), noise("JPEG", 48)
SHORT = noise("PNG", 4)
"""A, B and SHORT: one around the length from which on the scanner leaves strings in the file,
one above it, one below it."""


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def url_of(data: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{b64(data)}"


def wrapped(text: str, column: int, newline: str = "\n") -> str:
    return newline.join(text[at : at + column] for at in range(0, len(text), column))


def inline(data: bytes, **more: Any) -> dict[str, Any]:
    return {"inlineData": {"mimeType": "image/png", "data": b64(data)}, **more}


def answer(*parts: Any, finish: str | None = "STOP", **more: Any) -> dict[str, Any]:
    content = {"role": "model", "parts": list(parts)}
    return {"candidates": [{"content": content, "finishReason": finish, "index": 0}], **more}


def said(text: str) -> dict[str, Any]:
    return answer({"text": text})


def bytes_of(value: Any) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def in_lines(values: Sequence[Any], between: bytes = b"\n", end: bytes = b"\n") -> bytes:
    return between.join(map(bytes_of, values)) + end


def events(values: Sequence[Any], end: bytes = b"data: [DONE]\n\n") -> bytes:
    return b"".join(b"data: " + bytes_of(one) + b"\n\n" for one in values) + end


PIECES = [
    answer({"text": "Here "}, finish=None),
    answer({"text": "it is"}, finish=None),
    answer(inline(A), finish=None),
    {**answer(), "usageMetadata": {"totalTokenCount": 5}},
]
MARKDOWN = f"Look: ![x]({url_of(B)}) done"


def divided(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def deltas(text: str, size: int) -> list[dict[str, Any]]:
    return [{"choices": [{"index": 0, "delta": {"content": one}}]} for one in divided(text, size)]


STREAMS: dict[str, tuple[bytes, list[bytes]]] = {
    "one object a line": (in_lines(PIECES), [A]),
    "the last line without an end": (in_lines(PIECES, end=b""), [A]),
    "lines that end in CRLF": (in_lines(PIECES, b"\r\n", b"\r\n"), [A]),
    "blank lines between": (in_lines(PIECES, b"\n\n\n"), [A]),
    "objects without anything between": (in_lines(PIECES, b"", b""), [A]),
    "an array in lines": (b"[" + in_lines(PIECES, b"\n,", b"\n]"), [A]),
    "commas without an array": (in_lines(PIECES, b",\n"), [A]),
    "text sequences": (b"".join(b"\x1e" + bytes_of(one) + b"\n" for one in PIECES), [A]),
    "lines and the end mark of events": (in_lines(PIECES, end=b"\n[DONE]\n"), [A]),
    "lines and something else": (in_lines(PIECES, end=b"\n<!-- x -->"), [A]),
    "lines and half a line after the end": (in_lines(PIECES, end=b'\n{"x": '), [A]),
    "events": (events(PIECES), [A]),
    "words in small events": (
        events([answer({"text": one}, finish=None) for one in divided(MARKDOWN, 40)]), [B]),
    "words in large events": (
        events([answer({"text": one}, finish=None) for one in divided(MARKDOWN, 4200)]), [B]),
    "words in lines": (
        in_lines([answer({"text": one}, finish=None) for one in divided(MARKDOWN, 700)]), [B]),
    "words in events of the chat": (events(deltas(MARKDOWN, 100)), [B]),
    "words in parts": (bytes_of(answer(*[{"text": one} for one in divided(MARKDOWN, 900)])), [B]),
    "bare words in parts": (
        bytes_of(answer(*[{"text": one} for one in [*divided(b64(B), 3000), "Bye."]])), [B]),
    "inline data in parts": (
        bytes_of(answer(*[{"inlineData": {"data": one}} for one in divided(b64(B), 3001)])), [B]),
    "inline data in events": (
        events([answer({"inlineData": {"data": one}}, finish=None)
                for one in divided(b64(A), 400)]), [A]),
    "chat with a call in pieces": (
        events([{"choices": [{"index": 0, "delta": {"tool_calls": [
                    {"index": 0, "function": {"arguments": one}}]}}]}
                for one in divided(json.dumps({"image": b64(B)}), 500)]), [B]),
    "messages with a call in pieces": (
        events([{"type": "content_block_delta", "delta": {
                    "type": "input_json_delta", "partial_json": one}}
                for one in divided(json.dumps({"image": b64(B)}), 700)]), [B]),
    "the service's own call in pieces": (
        events([answer({"functionCall": {"partialArgs": [
                    {"jsonPath": "$.image", "stringValue": one}]}}, finish=None)
                for one in divided(b64(B), 600)]), [B]),
    "chat with a picture in an event": (
        events([*deltas("Here", 2),
                {"choices": [{"delta": {"images": [{"image_url": {"url": url_of(A)}}]}}]}]), [A]),
}  # fmt: skip

Headers = tuple[str, ...]
PNG_PART: Headers = ("Content-Type: image/png",)
JPEG_PART: Headers = ("Content-Type: image/jpeg",)
JSON_PART: Headers = ("Content-Type: application/json",)


def multipart(
    *parts: tuple[Headers, bytes],
    boundary: str = "=_b1",
    newline: str = "\r\n",
    closed: bool = True,
) -> bytes:
    """A body of several parts, each with its headers."""
    line, mark = newline.encode(), f"--{boundary}".encode()
    body = b""
    for headers, data in parts:
        head = b"".join(one.encode() + line for one in headers)
        body += mark + line + head + line + data + line
    return body + mark + b"--" + line if closed else body


def called(arguments: Any) -> dict[str, Any]:
    """A chat that hands something to a tool."""
    call = {"type": "function", "function": {"name": "show", "arguments": arguments}}
    return {"choices": [{"message": {"content": None, "tool_calls": [call]}}]}


_BASE64_PART = (*JPEG_PART, "Content-Transfer-Encoding: base64")
_FORM = ('Content-Disposition: form-data; name="image"; filename="a.png"', *PNG_PART)
PARTED: dict[str, tuple[Any, list[bytes]]] = {
    "parts: mixed": (multipart((PNG_PART, A)), [A]),
    "parts: a form": (
        multipart((('Content-Disposition: form-data; name="status"',), b"ok"), (_FORM, A),
                  boundary="-" * 24 + "8712"), [A]),
    "parts: base64 in lines": (
        multipart((_BASE64_PART, wrapped(b64(B), 76, "\r\n").encode())), [B]),
    "parts: JSON and a picture": (
        multipart((JSON_PART, bytes_of({"id": "x", "usage": {"total_tokens": 9}})), (PNG_PART, A)),
        [A]),
    "parts: JSON with a picture": (multipart((JSON_PART, bytes_of(answer(inline(B))))), [B]),
    "parts: two pictures": (multipart((PNG_PART, A), (JPEG_PART, B)), [A, B]),
    "parts: line feeds": (multipart((PNG_PART, A), newline="\n"), [A]),
    "parts: not closed": (multipart((PNG_PART, A), closed=False), [A]),
    "parts: without headers": (multipart(((), A)), [A]),
    "parts: within a part": (
        multipart((("Content-Type: multipart/related; boundary=in",),
                   multipart((PNG_PART, A), boundary="in"))), [A]),
    "parts: a field with base64": (
        multipart((('Content-Disposition: form-data; name="b64_json"',), b64(B).encode())), [B]),
    "parts: words": (
        multipart((("Content-Type: text/plain",), f"![x]({url_of(B)})".encode())), [B]),
}  # fmt: skip
"""Bodies of several parts."""

HANDED: dict[str, tuple[Any, list[bytes]]] = {
    "tools: base64 in arguments": (called(json.dumps({"image": b64(B)})), [B]),
    "tools: a data address in arguments": (called(json.dumps({"image_url": url_of(B)})), [B]),
    "tools: arguments as an object": (called({"images": [{"data": b64(A)}]}), [A]),
    "tools: the service's own call": (
        answer({"functionCall": {"name": "show", "args": {"image": b64(A)}}}), [A]),
    "tools: the service's own result": (
        answer({"functionResponse": {"response": {"image": inline(A)}}}), [A]),
    "tools: code that was run": (
        answer({"codeExecutionResult": {"outcome": "OK", "output": url_of(A)}}), [A]),
    "tools: a call of responses": ({"output": [
        {"type": "function_call", "arguments": json.dumps({"b64_json": b64(B)})}]}, [B]),
    "tools: a result of responses": ({"output": [{"type": "mcp_call", "output": json.dumps(
        {"content": [{"type": "image", "data": b64(A), "mimeType": "image/png"}]})}]}, [A]),
    "tools: code of responses": ({"output": [{"type": "code_interpreter_call", "outputs": [
        {"type": "image", "url": url_of(A)}]}]}, [A]),
    "tools: a use of messages": ({"content": [
        {"type": "text", "text": "Sure"},
        {"type": "tool_use", "name": "show", "input": {"image": b64(A)}}]}, [A]),
    "tools: a result of messages": ({"content": [{"type": "tool_result", "content": [
        {"type": "image", "source": {"type": "base64", "data": b64(A)}}]}]}, [A]),
    "tools: a call beside a picture": ({"choices": [{"message": {
        "images": [{"image_url": {"url": url_of(A)}}],
        "tool_calls": [{"function": {"arguments": json.dumps({"reference": b64(B)})}}]}}]}, [A]),
    "tools: a picture generation": (
        {"output": [{"type": "image_generation_call", "result": [b64(A), url_of(B)]}]}, [A, B]),
}  # fmt: skip
"""Pictures that the model hands to a tool, or that one returned."""

SHAPES: dict[str, tuple[Any, list[bytes]]] = {
    **PARTED,
    **HANDED,
    "steps of interactions": ({"steps": [
        {"type": "user_input", "content": [{"type": "image", "data": b64(B)}]},
        {"type": "model_output", "content": [
            {"type": "text", "text": "Here"},
            {"type": "image", "data": b64(A), "mime_type": "image/png"}]}]}, [A]),
    "outputs of interactions": ({"outputs": [{"type": "image", "data": b64(A)}]}, [A]),
    "chat images as data addresses": ({"choices": [{"message": {
        "images": [{"type": "image_url", "image_url": {"url": url_of(A)}}]}}]}, [A]),
    "chat images as base64": ({"choices": [{"message": {"images": [{"b64_json": b64(A)}]}}]}, [A]),
    "chat images as texts": ({"choices": [{"message": {"images": [b64(A), url_of(B)]}}]}, [A, B]),
    "images": ({"created": 1, "data": [{"b64_json": b64(A)}, {"b64_json": b64(B)}]}, [A, B]),
    "images under another name": ({"images": [{"base64": b64(A)}]}, [A]),
    "image beside its address": (
        {"data": [{"b64_json": b64(A), "url": "https://h.org/a.png"}]}, [A]),
    "responses": ({"output": [
        {"type": "reasoning", "summary": []},
        {"type": "image_generation_call", "result": b64(A), "status": "completed"}]}, [A]),
    "predictions": ({"predictions": [{"bytesBase64Encoded": b64(A)}]}, [A]),
    "generated images": ({"generatedImages": [{"image": {"imageBytes": b64(A)}}]}, [A]),
    "generated images, snake case": (
        {"generated_images": [{"image": {"image_bytes": b64(A)}}]}, [A]),
    "inline data, snake case": ({"candidates": [{"content": {"parts": [
        {"inline_data": {"mime_type": "image/png", "data": b64(A)}}]}}]}, [A]),
    "response around": ({"response": answer(inline(A))}, [A]),
    "data around a list": ({"code": 0, "data": [answer(inline(A))]}, [A]),
    "result around images": ({"result": {"data": [{"b64_json": b64(A)}]}}, [A]),
    "JSON in a text": ({"data": json.dumps({"images": [b64(SHORT)]})}, [SHORT]),
    "an answer in a text": ({"response": json.dumps(answer(inline(SHORT)))}, [SHORT]),
    "nothing but a text with JSON": (json.dumps(answer(inline(SHORT))), [SHORT]),
    "JSON in words": (said(json.dumps({"image": b64(SHORT)})), [SHORT]),
    "long JSON in words": (said(json.dumps({"image": b64(B), "format": "jpeg"})), [B]),
    "a field nobody knows": ({"made": {"by": [{"blob": b64(B)}]}}, [B]),
    "odd fields of a candidate": (
        {"candidates": [{"output": {"picture": b64(A)}, "finishReason": "STOP"}]}, [A]),
    "a picture beside words": ({**said("Here."), "images": [b64(A)]}, [A]),
    "audio beside a picture": (answer(
        {"inlineData": {"mimeType": "audio/wav", "data": b64(B)}}, inline(A)), [A]),
    "the request told again": (
        {"contents": [{"parts": [inline(B)]}], "images": [{"b64_json": b64(A)}]}, [A]),
    "nothing but a picture": (A, [A]),
    "nothing but a data address": (url_of(A).encode(), [A]),
    "a warning before the JSON": (
        b"<br />\n<b>Warning</b>: x in y.php\n" + bytes_of(answer(inline(A))), [A]),
    "a prefix against scripts": (b")]}'\n" + bytes_of(answer(inline(A))), [A]),
    "nothing but words": (f"![x]({url_of(B)})".encode(), [B]),
}  # fmt: skip

_WRAPPED = wrapped(b64(B), 76)
_URLSAFE = base64.urlsafe_b64encode(B).decode().rstrip("=")
_PERCENT = b64(B).replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")


def _markdown(data: str) -> str:
    return f"![x](data:image/jpeg;base64,{data})"


WORDS: dict[str, tuple[str, list[bytes]]] = {
    "lines of 76": (f"![x](data:image/jpeg;base64,{_WRAPPED})", [B]),
    "lines of 64 with CRLF": (_markdown(wrapped(b64(B), 64, "\r\n")), [B]),
    "lines of 60 that are indented": (_markdown(wrapped(b64(B), 60, "\n  ")), [B]),
    "spaces": (_markdown(wrapped(b64(B), 76, " ")), [B]),
    "newlines escaped twice": (_markdown(wrapped(b64(B), 76, "\\n")), [B]),
    "a line break after the comma": (f"![x](data:image/jpeg;base64,\n{_WRAPPED}\n)", [B]),
    "a title": (f'![x](data:image/jpeg;base64,{_WRAPPED} "a title")', [B]),
    "bare": (f"Here: data:image/jpeg;base64,{b64(B)} - enjoy", [B]),
    "bare in lines": (f"Here:\ndata:image/jpeg;base64,{_WRAPPED}\n\nEnjoy it", [B]),
    "bare, and words on the next line": (f"data:image/jpeg;base64,{_WRAPPED}\nEnjoy it.", [B]),
    "lines that count their prefix": (
        "Here:\n" + wrapped(f"data:image/jpeg;base64,{b64(B)}", 76) + "\n\nEnjoy", [B]),
    "HTML": (f'<p>Hi <img alt="a" src="{url_of(B)}" width="3"> there</p>', [B]),
    "HTML without quotes": (f"<img src={url_of(B)} alt=x> there", [B]),
    "a charset": (f"![x](data:image/jpeg;charset=utf-8;base64,{b64(B)})", [B]),
    "the alphabet of addresses": (f"![x](data:image/jpeg;base64,{_URLSAFE})", [B]),
    "no padding": (f"![x](data:image/png;base64,{b64(A).rstrip('=')})", [A]),
    "percent encoding": (f"![x](data:image/jpeg;base64,{_PERCENT})", [B]),
    "no media type": (f"![x](data:;base64,{b64(B)})", [B]),
    "capitals": (f"![x](DATA:IMAGE/JPEG;BASE64,{b64(B)})", [B]),
    "bare base64 of a JPEG": (f"Sure! {b64(B)}", [B]),
    "bare base64 of a PNG in lines": (f"Sure!\n\n{wrapped(b64(A), 64)}\n\nEnjoy", [A]),
    "bare base64 of a WebP": (b64(noise("WEBP")), [noise("WEBP")]),
    "bare base64 of a GIF": (f"'{b64(noise('GIF'))}'", [noise("GIF")]),
    "bare base64 of an AVIF": (f"<{b64(noise('AVIF', 32))}>", [noise("AVIF", 32)]),
    "a block of code": (f"Here:\n```base64\n{_WRAPPED}\n```\nEnjoy", [B]),
    "two pictures": (f"![a]({url_of(A)}) and ![b]({url_of(B)})", [A, B]),
    "two pictures, one bare": (f"{url_of(A)}\n\n{_WRAPPED}\n", [A, B]),
    "a reference at the end": (f"![x][1]\n\n[1]: {url_of(B)}", [B]),
}  # fmt: skip

HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(range(256)) * 20
UNSHOWN: dict[str, tuple[bytes, str, str]] = {
    "HEIC": (HEIC, "HEIC", ".heic"),
    "HEIF": (HEIC.replace(b"heic", b"mif1"), "HEIC", ".heic"),
    "JPEG XL": (b"\xff\x0a" + bytes(range(256)) * 20, "JPEG XL", ".jxl"),
    "JPEG XL in boxes": (
        b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(range(256)) * 20, "JPEG XL", ".jxl"),
    "JPEG 2000": (b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(range(256)) * 20, "JPEG 2000", ".jp2"),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<g/>" * 900 + b"</svg>", "SVG", ".svg"),
    "PDF": (b"%PDF-1.7\n" + bytes(range(256)) * 20, "PDF", ".pdf"),
}  # fmt: skip
