"""`gridbrush library compare`: in words and as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import CliProgram
from tests.imaging.scenes import WaveScene

pytestmark = pytest.mark.usefixtures("warm")

SIZE = (224, 168)


@pytest.fixture
def three(program: CliProgram, tmp_path: Path) -> list[str]:
    """Ids of a picture, of it shifted, and of another one."""
    scene = WaveScene(41)
    pictures = (
        scene.picture(SIZE),
        scene.picture(SIZE, x=-2.5, y=1.5),
        WaveScene(42).picture(SIZE),
    )
    for name, picture in zip("abc", pictures, strict=True):
        picture.save(tmp_path / f"{name}.png")
        result = program("library", "import", str(tmp_path / f"{name}.png"))
        assert result.code == 0, result.err
    return [one["id"] for one in program("library", "list", "--json").events][::-1]


def test_shift_scale_and_changed_pixels_are_reported(program: CliProgram, three: list[str]) -> None:
    first, second, _other = three
    result = program("library", "compare", first, second, "--json")
    assert result.code == 0, result.err
    (found,) = result.events
    assert (found["first"], found["second"]) == (first, second)
    assert (found["aligned"], found["reason"], found["drift"]) == (True, None, None)
    assert found["shift"] == pytest.approx([-2.5, 1.5], abs=0.15)
    assert found["scale"] == pytest.approx(1.0, abs=0.002)
    assert found["changed"] == pytest.approx(0.0, abs=0.01)
    assert found["gain"] == pytest.approx([1.0, 1.0, 1.0], abs=0.01)
    words = program("library", "compare", first[-8:], second[-8:])
    assert words.code == 0, words.err
    lines = words.out.splitlines()
    assert lines[0] == "The pictures line up."
    assert lines[1].startswith("Shift: 2.")
    assert "px left" in lines[1]
    assert "px down" in lines[1]
    assert lines[3] == "Changed: 0.0 % of the pixels"


def test_pictures_that_do_not_line_up_have_a_reason_and_no_numbers(
    program: CliProgram, three: list[str]
) -> None:
    first, _second, other = three
    result = program("library", "compare", first, other, "--json")
    assert result.code == 0, result.err
    (found,) = result.events
    assert found["aligned"] is False
    assert found["reason"] == "different"
    assert [found[name] for name in ("shift", "scale", "changed", "drift", "gain")] == [None] * 5
    words = program("library", "compare", first, other)
    assert words.out == "The pictures do not line up.\nThey show different things.\n"


def test_unknown_pictures_and_missing_files_are_errors(
    program: CliProgram, three: list[str]
) -> None:
    first, second, _other = three
    unknown = program("library", "compare", first, "abcdefgh")
    assert (unknown.code, unknown.out) == (2, "")
    assert "abcdefgh not found" in unknown.err
    (shown,) = program("library", "show", second, "--json").events
    Path(shown["path"]).unlink()
    missing = program("library", "compare", first, second)
    assert missing.code != 0
    assert missing.out == ""
    assert Path(shown["path"]).name in missing.err
