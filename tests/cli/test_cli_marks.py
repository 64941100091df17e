"""Marks, a region and new frames of `generate`: sent in order, painted, composed and proved."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.cli.program import KEY, CliProgram
from tests.fake_service import FakeService, tiny_png

pytestmark = pytest.mark.usefixtures("warm")

ENV = {"GRIDBRUSH_API_KEY": KEY}


def painted(program: CliProgram, *more: str | Path) -> dict[str, Any]:
    """The picture of a sketch, edited with these options."""
    words = ("generate", "mountains in fog", "--model", "sketch", "--size", "512", "--json")
    result = program(*words, "--seed", "5", *more)
    assert result.code == 0, result.err
    return dict(result.only("image")[-1])


@pytest.fixture
def harbour(program: CliProgram) -> dict[str, Any]:
    result = program(
        *("generate", "mountains at noon", "--model", "sketch", "--size", "512", "--json"),
        *("--aspect", "4:3", "--seed", "3"),
    )
    return dict(result.only("image")[0])


def opened(event: dict[str, Any]) -> Image.Image:
    return Image.open(Path(str(event["path"]))).convert("RGB")


def test_marks_are_sent_with_the_marked_copy_first(
    program: CliProgram, service: FakeService, tmp_path: Path
) -> None:
    path = tmp_path / "harbour.png"
    path.write_bytes(tiny_png(320, 240))
    program("library", "import", path)
    (id,) = (one["id"] for one in program("library", "list", "--json").events)
    result = program(
        *("generate", "Keep the rest.", "--edit", id, "--json"),
        *("--mark", "0.25,0.75:Make this boat  red", "--mark", "1,0:No birds: none"),
        *("--provider", "dgrid", "--base-url", service.url, "--model", "gemini-nano-banana-2.1"),
        env=ENV,
    )
    assert result.code == 0, result.err
    (request,) = service.requests
    marked, clean, text = request.json["contents"][0]["parts"]
    picture = Image.open(io.BytesIO(base64.b64decode(marked["inlineData"]["data"])))
    assert picture.size == (320, 240)
    assert base64.b64decode(clean["inlineData"]["data"]) == path.read_bytes()
    assert text["text"].endswith("\n\n1: Make this boat red\n2: No birds: none\n\nKeep the rest.")
    made = result.only("image")[0]["id"]
    (shown,) = program("library", "show", made, "--json").events
    assert [one["role"] for one in shown["parents"]] == ["edit", "mask"]


def test_outside_of_a_region_no_pixel_changes(program: CliProgram, harbour: dict[str, Any]) -> None:
    event = painted(program, "--edit", harbour["id"], "--region", "0.2,0.3,0.5,0.6")
    assert event["outside_changed"] == 0
    before, after = opened(harbour), opened(event)
    assert after.size == before.size
    width, height = before.size
    for box in ((0, 0, width, height * 29 // 100), (0, 0, width * 19 // 100, height)):
        assert before.crop(box).tobytes() == after.crop(box).tobytes()
    inside = (width * 3 // 10, height * 4 // 10, width * 6 // 10, height * 8 // 10)
    assert before.crop(inside).tobytes() != after.crop(inside).tobytes()


def test_a_region_may_be_a_black_and_white_picture(
    program: CliProgram, harbour: dict[str, Any], tmp_path: Path
) -> None:
    mask = Image.new("L", (400, 300))
    mask.paste(255, (200, 100, 400, 300))
    mask.save(tmp_path / "mask.png")
    event = painted(program, "--edit", harbour["id"], "--region", tmp_path / "mask.png")
    assert event["outside_changed"] == 0
    before, after = opened(harbour), opened(event)
    half = (0, 0, before.width // 2 - 1, before.height)
    assert before.crop(half).tobytes() == after.crop(half).tobytes()
    assert before.tobytes() != after.tobytes()


def test_a_picture_gets_more_room_and_keeps_its_pixels(
    program: CliProgram, harbour: dict[str, Any]
) -> None:
    event = painted(program, "--edit", harbour["id"], "--reframe", "16:9", "--anchor", "0,0.5")
    assert event["outside_changed"] == 0
    before, after = opened(harbour), opened(event)
    assert after.height == before.height
    assert abs(after.width / after.height - 16 / 9) < 0.01
    assert after.crop((0, 0, *before.size)).tobytes() == before.tobytes()


def test_two_frames_are_two_pictures(program: CliProgram, harbour: dict[str, Any]) -> None:
    result = program(
        *(
            "generate",
            "mountains in fog",
            "--seed",
            "5",
            "--model",
            "sketch",
            "--size",
            "512",
            "--json",
        ),
        *("--edit", harbour["id"], "--reframe", "16:9", "--reframe", "9:16"),
    )
    assert result.code == 0, result.err
    events = result.only("image")
    assert [one["outside_changed"] for one in events] == [0, 0]
    assert sorted(one["width"] > one["height"] for one in events) == [False, True]


@pytest.mark.parametrize(
    "words",
    [
        ("--mark", "0.2,0.3:red"),
        ("--region", "0,0,0.5,0.5"),
        ("--reframe", "16:9"),
        ("--edit", "x", "--anchor", "0,0"),
        ("--edit", "x", "--mark", "red"),
        ("--edit", "x", "--mark", "0.2,0.3:"),
        ("--edit", "x", "--mark", "0.2,1.3:red"),
        ("--edit", "x", "--mark", "0.2,0.3:" + "x" * 501),
        ("--edit", "x", "--region", "0.5,0.5,0.6,0.2"),
        ("--edit", "x", "--region", "0.5,0.5,0,0.2"),
        ("--edit", "x", "--region=-0.1,0.5,0.3,0.2"),
        ("--edit", "x", "--region", "0.5,0.5,0.3,-0.2"),
        ("--edit", "x", "--mark=-0.2,0.3:red"),
        ("--edit", "x", "--reframe", "wide"),
        ("--edit", "x", "--reframe", "16:9", "--anchor", "left"),
        ("--edit", "x", "--reframe", "16:9", "--region", "0,0,0.5,0.5"),
    ],
)
def test_wrong_usage_is_said_before_anything_is_made(
    program: CliProgram, words: tuple[str, ...]
) -> None:
    result = program("generate", "p", "--model", "sketch", *words)
    assert result.code == 2
    assert "--" in result.err


def test_a_picture_that_has_the_shape_already_is_not_reframed(
    program: CliProgram, harbour: dict[str, Any]
) -> None:
    ratio = f"{harbour['width']}:{harbour['height']}"
    result = program(
        "generate", "p", "--model", "sketch", "--edit", harbour["id"], "--reframe", ratio
    )
    assert result.code == 2
    assert "has this aspect ratio already" in result.err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--region", "0.5,0.5,0.0001,0.3"), "the box is empty"),
        (("--reframe", "1000:1"), "The new frame is too large"),
    ],
)
def test_what_could_not_be_made_or_recorded_is_not_sent(
    program: CliProgram, harbour: dict[str, Any], words: tuple[str, ...], why: str
) -> None:
    result = program("generate", "p", "--model", "sketch", "--edit", harbour["id"], *words)
    assert result.code == 2
    assert why in result.err
    assert len(program("library", "list", "--json").events) == 1


def test_a_mask_that_is_no_picture_is_refused(
    program: CliProgram, harbour: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "mask.png").write_text("no picture")
    result = program(
        *("generate", "p", "--model", "sketch", "--edit", harbour["id"]),
        *("--region", tmp_path / "mask.png"),
    )
    assert result.code == 2
    assert "not a picture" in result.err


def test_a_mask_without_white_is_not_sent(
    program: CliProgram, harbour: dict[str, Any], tmp_path: Path
) -> None:
    Image.new("L", (20, 20), 90).save(tmp_path / "mask.png")
    result = program(
        *("generate", "p", "--model", "sketch", "--edit", harbour["id"]),
        *("--region", tmp_path / "mask.png"),
    )
    assert result.code
    assert "no white part" in result.err
    assert len(program("library", "list", "--json").events) == 1


@pytest.mark.parametrize(("model", "left"), [("sketch", False), ("sketch-keeps-marks", True)])
def test_marks_that_a_model_left_are_told(
    program: CliProgram, harbour: dict[str, Any], model: str, left: bool
) -> None:
    result = program(
        *("generate", "in fog", "--model", model, "--size", "512", "--seed", "5", "--json"),
        *("--edit", harbour["id"], "--mark", "0.3,0.4:Make it red"),
    )
    assert result.code == 0, result.err
    (event,) = result.only("image")
    assert event["warnings"] == (["The picture still shows the marks"] if left else [])
