"""The command line against a real HTTP service on loopback: the wire, the key, the money."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import KEY, CliProgram, Result
from tests.fake_service import FakeService, Reply, Request

pytestmark = pytest.mark.usefixtures("warm")

MODEL = "gemini-nano-banana-2.1"
WITH_KEY = {"GRIDBRUSH_API_KEY": KEY}
REFUSED: dict[str, Any] = {
    "candidates": [{"finishReason": "IMAGE_SAFETY", "finishMessage": "No.", "index": 0}]
}


def generate(
    program: CliProgram, url: str, *more: str | Path, env: dict[str, str] | None = None
) -> Result:
    words = ("generate", "A lamp", "--provider", "dgrid", "--base-url", url, "--model", MODEL)
    return program(*words, "--json", *more, env=WITH_KEY if env is None else env)


def error(status: int, message: str, code: str = "") -> Reply:
    body = {"error": {"message": message, "type": "new_api_error", "code": code}}
    return Reply(status, body)


def assert_key_is_nowhere(program: CliProgram, *results: Result) -> None:
    for result in results:
        assert KEY not in result.out + result.err
    files = program.written()
    assert files
    for path, data in files.items():
        assert KEY.encode() not in data, path


def test_a_picture_comes_over_the_wire_as_the_api_has_it(
    program: CliProgram, service: FakeService
) -> None:
    result = generate(program, service.url, "--aspect", "16:9", "--size", "1K", "--seed", "5")
    assert result.code == 0, result.err
    (request,) = service.requests
    assert (request.method, request.path) == ("POST", f"/v1/models/{MODEL}:generateContent")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["content-type"].startswith("application/json")
    assert request.json["contents"] == [{"role": "user", "parts": [{"text": "A lamp"}]}]
    config = request.json["generationConfig"]
    assert config["imageConfig"] == {"aspectRatio": "16:9", "imageSize": "1K"}
    assert "IMAGE" in config["responseModalities"]
    assert "candidateCount" not in config
    (image,) = result.only("image")
    assert (image["cost_basis"], round(image["cost_usd"], 4)) == ("usage", 0.0336)
    assert result.only("queued")[0]["estimate_usd"] == pytest.approx(0.0336)
    assert_key_is_nowhere(program, result)


@pytest.mark.parametrize(
    ("reply", "code", "kind", "billed"),
    [
        (error(401, "Invalid token"), 4, "auth", "no"),
        (error(403, "user quota is not enough", "insufficient_user_quota"), 5, "balance", "no"),
        (error(404, "models/x is not found"), 2, "model", "no"),
        (error(400, "Invalid value at 'image_config.aspect_ratio'"), 2, "request", "no"),
        (Reply(body=REFUSED), 3, "refused", "maybe"),
        (Reply(reset="request"), 6, "network", "maybe"),
        (error(429, "limit: 0 requests per day"), 7, "rate_limited", "no"),
        (error(429, "The project exceeded its monthly spending cap."), 5, "balance", "no"),
        (error(503, "reset reason: connection termination"), 7, "server", "maybe"),
        (error(504, "Deadline exceeded. You have not been charged."), 7, "server", "no"),
        (error(500, "not implemented", "convert_request_failed"), 7, "server", "no"),
        (error(400, "Unable to process input image"), 2, "request", "no"),
    ],
    ids=lambda value: value.status if isinstance(value, Reply) else str(value),
)
def test_errors_have_kind_code_and_bill_and_are_not_sent_again(
    program: CliProgram, service: FakeService, reply: Reply, code: int, kind: str, billed: str
) -> None:
    # A service that repeats the key in its error must not bring it into a record.
    if isinstance(reply.body, dict) and "error" in reply.body:
        reply.body["error"]["message"] += f" (key {KEY})"
    service.script(reply)
    result = generate(program, service.url, "--size", "1K")
    assert result.code == code, result.out
    (failed,) = result.only("failed")
    assert (failed["kind"], failed["billed"]) == (kind, billed)
    assert ("billed twice" in failed["hint"]) == (billed == "maybe" and code >= 6)
    assert len(service.requests) == 1
    assert_key_is_nowhere(program, result)


@pytest.mark.parametrize("with_picture", [True, False])
def test_some_arrived_is_10_and_none_is_the_first_jobs_code(
    program: CliProgram, service: FakeService, with_picture: bool
) -> None:
    program.write_settings('{"version": 1, "at_once": 1}')
    last = Reply() if with_picture else error(401, "Invalid token")
    service.script(error(402, "Payment required"), last)
    result = generate(program, service.url, "--count", "2", "--size", "1K")
    assert result.code == (10 if with_picture else 5)
    assert result.events[-1]["failed"] == (1 if with_picture else 2)


def test_a_copy_that_cannot_be_written_loses_no_picture(
    program: CliProgram, service: FakeService, tmp_path: Path
) -> None:
    go_on = threading.Event()
    service.script(Reply(wait=go_on), Reply(wait=go_on))
    out = tmp_path / "out"
    running = program.start(
        *("generate", "A lamp {a|b}", "--provider", "dgrid", "--base-url", service.url),
        *("--model", MODEL, "--out", out, "--json"),
        env=WITH_KEY,
    )
    service.wait_for(2)
    out.rmdir()
    out.write_text("not a folder")
    go_on.set()
    told, err = running.communicate(timeout=120)
    events = [json.loads(line) for line in told.splitlines()]
    assert running.returncode == 8, err
    assert "Traceback" not in err
    assert str(out) in err
    images = [event for event in events if event["event"] == "image"]
    assert len(images) == 2
    assert all("copy" not in event and Path(event["path"]).is_file() for event in images)
    assert events[-1] == {"event": "done", "images": 2, "failed": 0}


VERTEX = "/v1beta1/projects/p/locations/us-central1/publishers/google"


@pytest.mark.parametrize(
    "ending", ["", "/models/x:generateContent", "/models/x:streamGenerateContent?alt=sse"]
)
def test_an_address_of_vertex_is_understood_as_it_is_pasted(
    program: CliProgram, service: FakeService, ending: str
) -> None:
    result = generate(program, f"{service.url}/proxy{VERTEX}{ending}")
    assert result.code == 0, result.err
    (request,) = service.requests
    assert request.path == f"/proxy{VERTEX}/models/{MODEL}:generateContent"
    assert request.headers["authorization"] == f"Bearer {KEY}"


def test_a_key_in_an_address_is_neither_sent_nor_kept(
    program: CliProgram, service: FakeService
) -> None:
    result = generate(program, f"{service.url}{VERTEX}/models/x:generateContent?key=AIzaOther")
    assert (result.code, service.requests) == (2, [])
    assert "Put the key in its own field" in result.err
    assert "AIzaOther" not in result.out + result.err
    assert not [path for path, data in program.written().items() if b"AIzaOther" in data]


def test_a_key_of_vertex_is_tested_by_counting_where_nothing_is_listed(
    program: CliProgram,
) -> None:
    def answer(request: Request) -> Reply:
        if request.path.endswith(":countTokens"):
            return Reply(body={"totalTokens": 1})
        return error(404, "Method not found.")

    with FakeService(fallback=answer) as service:
        words = ("key", "test", "--provider", "dgrid", "--base-url", f"{service.url}{VERTEX}")
        result = program(*words, env=WITH_KEY)
        assert result.code == 0, result.err
        assert "The key works" in result.out + result.err
        paths = [request.path for request in service.requests]
    assert paths == [
        "/v1beta1/publishers/google/models",
        f"{VERTEX}/models/gemini-3-pro-image:countTokens",
    ]


def test_the_key_goes_nowhere_unencrypted(program: CliProgram) -> None:
    result = generate(program, "http://images.example")
    assert (result.code, result.out) == (2, "")
    assert "unencrypted" in result.err
    assert program("library", "list").out == ""


def test_a_stored_key_stays_with_its_own_host(program: CliProgram, service: FakeService) -> None:
    program.write_settings('{"version": 1, "profile": "dgrid", "known_keys": ["dgrid"]}')
    for words in (["generate", "A lamp", "--json"], ["key", "test"]):
        result = program(*words, "--base-url", service.url)
        assert result.code == 4, result.err
        assert "GRIDBRUSH_API_KEY" in result.out + result.err
    assert service.requests == []


def test_another_address_is_never_the_painters(program: CliProgram, service: FakeService) -> None:
    result = program(
        *("generate", "A lamp", "--base-url", service.url, "--model", MODEL, "--size", "1K"),
        env=WITH_KEY,
    )
    assert result.code == 0, result.err
    assert len(service.requests) == 1
    # Without a key nothing is sent, to no address, and nothing is painted instead.
    for model in ([], ["--model", MODEL]):
        result = program("generate", "A lamp", "--base-url", service.url, *model)
        assert result.code == 4, result.err
    result = program("generate", "x", "--provider", "sketch", "--base-url", service.url)
    assert (result.code, result.out) == (2, "")
    assert len(service.requests) == 1


def test_a_key_given_once_is_remembered_as_a_choice(
    program: CliProgram, service: FakeService
) -> None:
    assert generate(program, service.url, "--size", "1K").code == 0
    result = program("generate", "A lamp", "--json")
    assert result.code == 4, result.out
    assert [event["kind"] for event in result.only("failed")] == ["auth"]
    assert len(service.requests) == 1
    assert program("generate", "x", "--provider", "sketch", "--size", "512").code == 0
    assert_key_is_nowhere(program)


def test_the_environments_key_belongs_to_the_named_profile(
    program: CliProgram, service: FakeService
) -> None:
    result = program(
        *("generate", "A lamp", "--provider", "google", "--base-url", service.url, "--size", "1K"),
        *("--model", MODEL),
        env=WITH_KEY,
    )
    assert result.code == 0, result.err
    (request,) = service.requests
    assert request.path == f"/v1beta/models/{MODEL}:generateContent"
    assert request.headers["x-goog-api-key"] == KEY
    assert "authorization" not in request.headers
    assert "key=" not in request.path


def test_key_test_is_a_free_call(program: CliProgram, service: FakeService) -> None:
    words = ("key", "test", "--provider", "dgrid", "--base-url", service.url)
    result = program(*words, env=WITH_KEY)
    assert result.code == 0, result.err
    assert "works" in result.out
    assert [(r.method, r.path.partition("?")[0]) for r in service.requests] == [
        ("GET", "/v1/models")
    ]
    assert service.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert_key_is_nowhere(program, result)
    assert program(*words).code == 4
    with FakeService(fallback=lambda _request: error(401, "Invalid token")) as refusing:
        result = program("key", "test", "--base-url", refusing.url, env=WITH_KEY)
        assert result.code == 4
        assert "not accepted" in result.err
    assert program("key", "test", "--base-url", refusing.url, env=WITH_KEY).code == 6


def test_models_are_asked_of_the_service(program: CliProgram, service: FakeService) -> None:
    words = ("models", "--refresh", "--json", "--provider", "dgrid", "--base-url", service.url)
    result = program(*words, env=WITH_KEY)
    assert result.code == 0, result.err
    listed = {one["id"]: one for one in result.events}
    assert {"gemini-nano-banana-2.1", "gemini-3-pro-image"} <= set(listed)
    assert "text-only-model" not in listed
    assert listed["gemini-nano-banana-2.1"]["provider"] == "dgrid"
    # What was learnt is there without asking again.
    again = program("models", "--json", "--provider", "dgrid")
    assert {one["id"] for one in again.events} == set(listed)
    assert len(service.requests) == 1
    everything = {(one["provider"], one["id"]) for one in program("models", "--json").events}
    assert ("sketch", "sketch-overloaded") in everything
    assert "sketch\tsketch\t" in program("models").out


def test_without_a_keyring_every_key_command_says_so(program: CliProgram) -> None:
    result = program("key", "status")
    assert result.code == 4
    assert "no system keyring found" in result.out, result
    result = program("key", "set", stdin=KEY + "\n")
    assert result.code == 4
    assert result.out == ""
    assert "Key not stored: no system keyring found. For a single run" in result.err
    assert program("key", "delete").code == 0
    assert program("key", "test").code == 4
    program.write_settings('{"version": 1, "profile": "dgrid", "known_keys": ["dgrid"]}')
    for action in ("status", "test", "delete"):
        result = program("key", action)
        assert result.code == 4, action
        assert "no system keyring" in result.out + result.err
    result = program("generate", "A lamp", "--json")
    assert result.code == 4
    assert result.only("failed")[0]["kind"] == "auth"
    assert_key_is_nowhere(program, result)
    status = program("key", "status", "--json", env=WITH_KEY)
    assert status.code == 0
    assert status.events[0]["source"] == "environment"


def test_bad_keys_get_a_sentence(program: CliProgram) -> None:
    for text in ("", "\n", "ключ с пробелами\n"):
        result = program("key", "set", stdin=text)
        assert result.code == 2
        assert result.err
        assert "Traceback" not in result.err
