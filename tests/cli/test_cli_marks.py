"""Marks, a region and new frames of `generate`: sent in order, painted, composed and proved."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps

from studio.cli import markup, parser
from studio.common.errors import UsageError
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
        *("--reframe", "16:9"),
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
    if words[2:] == ("--mark", "red"):
        assert 'Write it as --mark "0.25,0.7:Make this boat red".' in result.err


@pytest.mark.parametrize(
    "words",
    [
        ("--region", "0.5,0.5,0.3"),
        ("--region", "0.1,0.1,0.2,0.2,0.3"),
        ("--region", "nan,0,1,1"),
        ("--region", "0,0,inf,1"),
        ("--region", "0.9,0.9,0.3,0.3"),
        ("--mark", "nan,0.3:red"),
        ("--mark", "0.2,inf:red"),
        ("--mark", "0.2,0.3:  "),
        ("--mark", "0.2:red"),
        ("--mark", "0.2,0.3,0.4:red"),
        ("--mark", "0.2,0.3:red", "--mark", ""),
        ("--mark", "0.2,0.3:red") * 100,
        ("--reframe", "0:9"),
        ("--reframe", "nan:9"),
        ("--reframe", "16:9", "--anchor", "nan,0"),
        ("--reframe", "16:9", "--anchor", "1.01,0"),
        ("--region", ""),
        ("--region", " "),
        ("--reframe", ""),
        ("--reframe", "16:9", "--anchor", ""),
    ],
)
def test_no_place_or_box_that_is_wrong_is_taken_for_another_one(words: tuple[str, ...]) -> None:
    options = parser.parse(["generate", "p", "--edit", "x", *words])
    with pytest.raises(UsageError, match=r"--|More than 99 marks"):
        markup.check(options)


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
        (("--reframe", "20:1"), "The model cannot draw 20:1"),
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
    Image.new("L", (40, 30)).save(tmp_path / "mask.png")
    result = program(
        *("generate", "p", "--model", "sketch", "--edit", harbour["id"]),
        *("--region", tmp_path / "mask.png"),
    )
    assert result.code
    assert "no white part" in result.err
    assert len(program("library", "list", "--json").events) == 1


@pytest.mark.parametrize(("model", "left"), [("sketch", False), ("sketch-keeps-marks", True)])
def test_marks_that_a_model_left_are_reported(
    program: CliProgram, harbour: dict[str, Any], model: str, left: bool
) -> None:
    result = program(
        *("generate", "in fog", "--model", model, "--size", "512", "--seed", "5", "--json"),
        *("--edit", harbour["id"], "--mark", "0.3,0.4:Make it red"),
    )
    assert result.code == 0, result.err
    (event,) = result.only("image")
    assert event["warnings"] == (["The picture still shows the marks"] if left else [])


def _scene(mode: str) -> Image.Image:
    picture = Image.linear_gradient("L").resize((320, 240)).convert("RGB")
    picture.paste((200, 60, 30), (40, 50, 120, 130))
    if mode == "RGBA":
        picture.putalpha(Image.linear_gradient("L").rotate(90).resize((320, 240)))
        return picture
    return picture.convert(mode)


@pytest.mark.parametrize(
    ("mode", "name", "turned"),
    [
        ("RGBA", "p.png", 1),
        ("P", "p.png", 1),
        ("L", "p.png", 1),
        ("RGB", "p.jpg", 6),
        ("RGB", "p.tif", 3),
    ],
)
def test_any_picture_of_eight_bits_stays_as_it_is_outside(
    program: CliProgram, tmp_path: Path, mode: str, name: str, turned: int
) -> None:
    picture = _scene(mode)
    tags = picture.getexif()
    tags[0x0112] = turned
    picture.save(tmp_path / name, exif=tags)
    program("library", "import", tmp_path / name)
    (id,) = (one["id"] for one in program("library", "list", "--json").events)
    event = painted(program, "--edit", id, "--region", "0.25,0.25,0.5,0.5")
    assert event["outside_changed"] == 0
    before = ImageOps.exif_transpose(Image.open(tmp_path / name))
    before = before.convert("RGBA" if mode == "RGBA" else "RGB")
    after = Image.open(str(event["path"]))
    assert (after.mode, after.size) == (before.mode, before.size)
    width, height = before.size
    for box in ((0, 0, width, height // 4), (width * 3 // 4, 0, width, height)):
        assert after.crop(box).tobytes() == before.crop(box).tobytes()


@pytest.mark.parametrize("words", [("--region", "0,0,0.5,0.5"), ("--reframe", "16:9")])
@pytest.mark.parametrize("kind", ["16 bits", "CMYK"])
def test_what_cannot_be_kept_outside_is_refused_by_its_reason(
    program: CliProgram, tmp_path: Path, kind: str, words: tuple[str, ...]
) -> None:
    path = tmp_path / ("deep.png" if kind == "16 bits" else "print.jpg")
    if kind == "16 bits":
        Image.new("I;16", (320, 240), 40_000).save(path)
    else:
        _scene("CMYK").save(path)
    program("library", "import", path)
    (id,) = (one["id"] for one in program("library", "list", "--json").events)
    result = program("generate", "p", "--model", "sketch", "--edit", id, *words)
    assert result.code == 2
    assert kind in result.err
    assert "The picture cannot be changed here" in result.err
    assert "cannot be read" not in result.err
    assert len(program("library", "list", "--json").events) == 1


def test_a_mask_that_cannot_be_meant_is_refused_and_an_all_white_one_changes_everything(
    program: CliProgram, harbour: dict[str, Any], tmp_path: Path
) -> None:
    size = int(harbour["width"]), int(harbour["height"])
    Image.new("L", (size[1], size[0]), 255).save(tmp_path / "tall.png")
    opened(harbour).save(tmp_path / "photo.png")
    Image.linear_gradient("L").resize(size).save(tmp_path / "grey.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "photo.png").read_bytes()[:900])
    for name, why in (
        ("tall.png", "The mask and the picture have different aspect ratios"),
        ("photo.png", "The mask is not black and white"),
        ("grey.png", "The mask is not black and white"),
        ("cut.png", "The mask is damaged or incomplete"),
    ):
        result = program(
            *("generate", "p", "--model", "sketch", "--edit", harbour["id"]),
            *("--region", tmp_path / name),
        )
        assert (result.code, why in result.err) == (2, True), result.err
    result = program(
        *("generate", "p", "--model", "sketch", "--edit", harbour["id"]),
        *("--region", tmp_path / "nowhere.png"),
    )
    assert result.code == 2
    assert "nowhere.png" in result.err
    assert len(program("library", "list", "--json").events) == 1
    Image.new("1", size, 1).save(tmp_path / "white.png")
    event = painted(program, "--edit", harbour["id"], "--region", tmp_path / "white.png")
    assert event.get("outside_changed", 0) == 0


def test_an_answer_is_exported_with_its_picture_only(
    program: CliProgram, harbour: dict[str, Any], tmp_path: Path
) -> None:
    event = painted(program, "--edit", harbour["id"], "--region", "0.2,0.3,0.5,0.6")
    (shown,) = program("library", "show", event["id"], "--json").events
    answer = next(one["picture"] for one in shown["parents"] if one["role"] == "answer")

    def exported(folder: str, *words: str) -> list[str]:
        result = program("library", "export", *words, "--out", tmp_path / folder, "--json")
        assert result.code == 0, result.err
        assert len(list((tmp_path / folder).iterdir())) == len(result.events)
        return [one["id"] for one in result.events]

    assert exported("alone", event["id"]) == [event["id"]]
    assert exported("both", event["id"], harbour["id"], "--answers") == [
        event["id"],
        answer,
        harbour["id"],
    ]
    refused = program("library", "export", answer, "--out", tmp_path / "none")
    assert refused.code == 2
    assert "--answers" in refused.err
    assert not (tmp_path / "none").exists()
    refused = program("library", "trash", answer)
    assert refused.code == 2
    assert "made from this answer" in refused.err
