"""`gridbrush generate`: what scripts rely on, event by event."""

from __future__ import annotations

import hashlib
import json
import signal
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import ids
from tests.cli.program import CliProgram, Result

pytestmark = pytest.mark.usefixtures("warm")

SMALL = ("--size", "512", "--json")


def test_every_event_has_the_fields_of_the_contract(shelf: tuple[CliProgram, Result]) -> None:
    _program, result = shelf
    assert all(line.startswith("{") and line.endswith("}") for line in result.out.splitlines())
    shapes: dict[str, set[str]] = {}
    for event in result.events:
        shapes.setdefault(event["event"], set()).update(event)
    assert shapes["queued"] == {"event", "job", "prompt", "model", "estimate_usd"}
    assert shapes["started"] == {"event", "job"}
    assert shapes["progress"] == {"event", "job", "received", "elapsed"}
    assert shapes["done"] == {"event", "images", "failed"}
    image = result.only("image")[0]
    assert {key: type(image[key]) for key in image if key != "cost_usd"} | {"cost_usd": None} == {
        **dict.fromkeys(("event", "job", "id", "path", "sha256", "media_type"), str),
        **dict.fromkeys(("cost_basis", "model", "prompt"), str),
        **dict.fromkeys(("width", "height", "bytes", "seed"), int),
        "draft": bool,
        "warnings": list,
        "cost_usd": None,
    }
    assert result.events[-1] == {"event": "done", "images": 4, "failed": 0}


def test_events_of_a_job_come_in_order(shelf: tuple[CliProgram, Result]) -> None:
    _program, result = shelf
    for job in {event["job"] for event in result.only("queued")}:
        names = [e["event"] for e in result.events if e.get("job") == job]
        assert names[:2] == ["queued", "started"]
        assert set(names[2:-1]) <= {"progress"}
        assert names[-1] == "image"
        received = [e["received"] for e in result.only("progress") if e["job"] == job]
        assert received == sorted(received)
        assert received[-1] > 0


def test_variants_are_made_in_reading_order_with_rising_seeds(
    shelf: tuple[CliProgram, Result],
) -> None:
    _program, result = shelf
    asked = [event["prompt"] for event in result.only("queued")]
    assert asked == ["A harbour at dusk"] * 2 + ["A forest at dusk"] * 2
    made = sorted((e["prompt"], e["seed"]) for e in result.only("image"))
    assert made == sorted((p, s) for p in set(asked) for s in (7, 8))


def test_what_is_said_of_a_picture_is_true(shelf: tuple[CliProgram, Result]) -> None:
    program, result = shelf
    for image in result.only("image"):
        path = Path(image["path"])
        data = path.read_bytes()
        assert path.is_relative_to(program.home / "library")
        assert hashlib.sha256(data).hexdigest() == image["sha256"]
        assert len(data) == image["bytes"]
        assert data.startswith(b"\x89PNG")
        assert image["media_type"] == "image/png"
        assert abs(image["width"] / image["height"] - 1.5) < 0.05
        assert path.name.endswith(f"-at-dusk-{image['id'][-8:]}.png")
        assert not image["draft"]
        assert image["warnings"] == []


def test_without_json_the_paths_are_the_only_results(program: CliProgram) -> None:
    result = program("generate", "-", "--size", "512", "--seed", "3", stdin="Waves\n# not sent\n")
    assert result.code == 0, result.err
    (line,) = result.out.splitlines()
    assert Path(line).is_file()
    assert Path(line).name.startswith("waves-")
    assert "Waves: sent to sketch" in result.err


def test_edits_references_and_copies(copied: CliProgram, shelf: tuple[CliProgram, Result]) -> None:
    source = ids(shelf[1])[0]
    out = copied.home / "handed" / "out"
    reference = Path(shelf[1].only("image")[1]["path"])
    result = copied(
        *("generate", "In first snow", "--edit", source[-8:], "--ref", reference),
        *("--out", out, *SMALL),
    )
    assert result.code == 0, result.err
    (image,) = result.only("image")
    (copy,) = out.iterdir()
    assert copy.read_bytes() == Path(image["path"]).read_bytes()
    assert image["copy"] == str(copy)
    shown = json.loads(copied("library", "show", image["id"], "--json").out)
    first, second = shown["parents"]
    assert (first["role"], first["picture"]) == ("edit", source)
    assert (second["role"], second["picture"]) == ("free", None)
    assert second["sha256"] == hashlib.sha256(reference.read_bytes()).hexdigest()
    inputs = {p.stem for p in (copied.home / "library/.gridbrush/inputs").iterdir()}
    assert inputs == {first["sha256"], second["sha256"]}
    # An edit keeps the shape of its picture.
    assert abs(image["width"] / image["height"] - 1.5) < 0.05


@pytest.mark.parametrize("more", [[], ["--yes"]])
def test_more_than_sixteen_need_a_yes(program: CliProgram, more: list[str]) -> None:
    prompt = "{a|b|c|d|e|f|g|h|i}"
    result = program("generate", prompt, "--count", "2", "--model", "sketch-words", *SMALL, *more)
    if more:
        assert result.code == 3
        assert result.events[-1] == {"event": "done", "images": 0, "failed": 18}
    else:
        assert (result.code, result.out) == (2, "")
        assert "18 pictures" in result.err
        assert "--yes" in result.err


@pytest.mark.parametrize(
    "words",
    [
        ["generate", "{a|b}", "--count", "129", "--yes"],
        ["generate", "{a|b|c|d}{a|b|c|d}{a|b|c|d}{a|b|c|d}{a|b}", "--yes"],
        ["generate", "x", "--count", "257", "--yes"],
    ],
    ids=["count", "variants", "count alone"],
)
def test_more_than_256_are_refused(program: CliProgram, words: list[str]) -> None:
    result = program(*words)
    assert (result.code, result.out) == (2, "")
    assert "256" in result.err


@pytest.mark.parametrize(
    ("model", "code", "kind", "billed"),
    [
        ("sketch-refuses", 3, "refused", "no"),
        ("sketch-words", 3, "no_image", "no"),
        ("sketch-cut", 6, "incomplete", "no"),
    ],
)
def test_faults_end_with_their_kind_and_code(
    program: CliProgram, model: str, code: int, kind: str, billed: str
) -> None:
    result = program("generate", "A forest", "--model", model, *SMALL)
    assert result.code == code
    (failed,) = result.only("failed")
    assert set(failed) == {
        *("event", "job", "kind", "title", "message", "hint", "billed", "request_id"),
    }
    assert (failed["kind"], failed["billed"]) == (kind, billed)
    assert failed["title"]
    assert result.events[-1] == {"event": "done", "images": 0, "failed": 1}
    if kind == "no_image":
        assert "only replies with text" in failed["message"]


def test_an_overloaded_service_is_tried_again_until_it_paints(program: CliProgram) -> None:
    result = program("generate", "A forest", "--model", "sketch-overloaded", *SMALL)
    assert result.code == 0
    retries = result.only("retrying")
    assert [event["attempt"] for event in retries] == [2, 3]
    assert all(set(e) == {"event", "job", "in", "attempt", "reason"} for e in retries)
    assert all(0 < event["in"] <= 3 and event["reason"] for event in retries)
    assert len(result.only("queued")) == 1
    assert len(result.only("started")) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for children")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_interrupted_it_says_how_each_job_ended(program: CliProgram, number: int) -> None:
    running = program.start("generate", "A forest {a|b|c|d|e}", "--model", "sketch-slow", *SMALL)
    assert running.stdout is not None
    seen = []
    for line in running.stdout:
        seen.append(json.loads(line))
        if seen[-1]["event"] == "progress":
            break
    running.send_signal(number)
    rest, err = running.communicate(timeout=120)
    events = seen + [json.loads(line) for line in rest.splitlines()]
    assert running.returncode == 130, err
    failed = [event for event in events if event["event"] == "failed"]
    assert [event["kind"] for event in failed] == ["cancelled"] * 5
    assert len({event["job"] for event in failed}) == 5
    assert sum(event["event"] == "started" for event in events) <= 3
    assert events[-1] == {"event": "done", "images": 0, "failed": 5}
    assert list((program.home / "library/.gridbrush/journal").iterdir()) == []
