"""The tools that build and try the packages."""

from __future__ import annotations

import ast
import io
import re
import struct
import sys
from pathlib import Path

import bundle
import elf
import fresh_debian
import fresh_root
import identity
import packages
import pytest
import screen
import sizes
import twice
from PIL import Image

from tests.packaging.programs import Programs


def dump(width: int, height: int, pixels: list[int]) -> bytes:
    """A dump as Xvfb keeps it, with a line that is longer than the picture."""
    numbers = [0] * 25
    numbers[0], numbers[1], numbers[2], numbers[3] = 104, 7, 2, 24
    numbers[4], numbers[5], numbers[11], numbers[12], numbers[19] = width, height, 32, 16, 1
    rows = b""
    for row in range(height):
        line = struct.pack(f"<{width}I", *pixels[row * width : (row + 1) * width])
        rows += line.ljust(16, b"\xff")
    return struct.pack(">25I", *numbers) + b"x\0\0\0" + b"c" * 12 + rows


def test_what_a_display_shows_is_read_from_its_dump() -> None:
    shot = screen.read(dump(3, 2, [0xFF0000, 0x00FF00, 0x0000FF, 0xFFFFFF, 0, 0]))
    assert (shot.width, shot.height, shot.colours) == (3, 2, 5)
    with Image.open(io.BytesIO(shot.png())) as picture:
        assert picture.getpixel((0, 0)) == (255, 0, 0)
        assert picture.getpixel((2, 0)) == (0, 0, 255)
        assert picture.getpixel((0, 1)) == (255, 255, 255)


def test_a_dump_of_another_kind_is_refused() -> None:
    numbers = bytearray(dump(1, 1, [0]))
    numbers[44:48] = struct.pack(">I", 16)
    with pytest.raises(ValueError, match="16 bits"):
        screen.read(bytes(numbers))


def test_two_builds_that_differ_are_reported(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name / "lib").mkdir(parents=True)
        (tmp_path / name / "same").write_bytes(b"1")
        (tmp_path / name / "lib" / "bytes").write_bytes(name.encode())
        (tmp_path / name / "link").symlink_to(name)
    (tmp_path / "other" / "more").write_bytes(b"")
    found = twice.differences(tmp_path / "one", tmp_path / "other")
    assert found == ["lib/bytes", "link", "more"]


def test_the_largest_parts_come_first(tmp_path: Path) -> None:
    for name, size in {"a/b/c": 5, "a/b/d": 5, "a/e": 7, "f": 1}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
    assert sizes.parts(tmp_path) == [(10, "a/b"), (7, "a/e"), (1, "f")]


def test_the_trial_on_a_fresh_debian_says_why_it_is_skipped(
    programs: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    programs.alone()
    # Whoever asked for it sees that nothing was tried.
    assert fresh_debian.main([]) == fresh_root.SKIPPED == 77
    assert capsys.readouterr().err == f"skipped: {fresh_root.why_not()}\n"
    if sys.platform == "linux":
        assert fresh_root.why_not(user=1000) == "only root can make a fresh system"
        assert fresh_root.why_not(user=0) == "debootstrap is not installed"


HEADERS = """
Dynamic Section:
  NEEDED               libc.so.6
  RUNPATH              {paths}

Version References:
  required from libc.so.6:
    0x09691a75 0x00 02 GLIBC_2.2.5
    0x069691b9 0x00 03 {symbols}
  required from libstdc++.so.6:
    0x0297f869 0x00 04 {more}
"""


@pytest.fixture
def program(tmp_path: Path, programs: Programs) -> Path:
    """A built program of one library, whose headers are what its file says."""
    folder = tmp_path / "program"
    (folder / "lib").mkdir(parents=True)
    (folder / "words.txt").write_text("no binary\n")
    (folder / "lib" / "one.so").write_bytes(b"\x7fELF")
    programs.put("objdump", f"exec cat '{tmp_path}/headers'")
    return folder


def headers(program: Path, paths: str, symbols: str = "GLIBC_2.34", more: str = "X_1") -> None:
    text = HEADERS.format(paths=paths, symbols=symbols, more=more)
    (program.parent / "headers").write_text(text)


@pytest.mark.parametrize("paths", ["$ORIGIN", "$ORIGIN/../lib", "$ORIGIN/:$ORIGIN/../lib/x"])
def test_search_paths_inside_the_program_may_stay(program: Path, paths: str) -> None:
    headers(program, paths)
    elf.check(program)


@pytest.mark.parametrize("away", ["/opt/python/lib", "$ORIGIN/../..", "lib", "$ORIGINS/lib"])
def test_a_search_path_that_leads_out_of_the_program_ends_the_build(
    program: Path, away: str
) -> None:
    headers(program, f"$ORIGIN:{away}")
    with pytest.raises(SystemExit, match=re.escape(away)):
        elf.check(program)
    assert list(elf.foreign(program).values()) == [[away]]


def test_search_paths_of_the_building_machine_are_taken_out(
    program: Path, programs: Programs
) -> None:
    headers(program, "/opt/python/lib:$ORIGIN/..")
    written = program.parent / "headers"
    programs.put(
        "chrpath",
        '[ "$1" = --replace ] || exit 1',
        f"""exec sed -i "s|RUNPATH.*|RUNPATH              $2|" '{written}'""",
    )
    elf.mend(program)
    assert elf.search_paths(program / "lib" / "one.so") == ["$ORIGIN/.."]


def test_a_package_asks_for_the_libraries_its_program_was_linked_with(program: Path) -> None:
    headers(program, "$ORIGIN", "GLIBC_2.34", "GLIBCXX_3.4.29")
    assert elf.requirements(program) == {"@GLIBC@": "2.36", "@LIBSTDCXX@": "12"}
    headers(program, "$ORIGIN", "GLIBC_2.38", "GLIBCXX_3.4.32")
    assert elf.requirements(program) == {"@GLIBC@": "2.38", "@LIBSTDCXX@": "13.2"}


def test_dependencies_are_read_with_their_versions(program: Path) -> None:
    headers(program, "$ORIGIN", "GLIBC_2.41")
    depends = packages.depends(program)
    assert depends["libc.so.6"] == "libc6 (>= 2.41)"
    assert depends["libEGL.so.1"] == "libegl1"
    # The library that reads keyboard layouts is inside; what it reads is not.
    assert "xkb-data" in packages.MORE


def test_a_fault_that_lintian_finds_fails_the_package_test(
    programs: Programs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    programs.alone()
    assert fresh_debian.lint(tmp_path / "a.deb")
    assert "not installed" in capsys.readouterr().out
    for code in (0, 2):
        programs.put("lintian", "echo 'E: gridbrush: fault'", f"exit {code}")
        assert fresh_debian.lint(tmp_path / "a.deb") is (code == 0)


def test_debians_tools_can_read_the_changelog() -> None:
    head, _words, sign = packages.changelog().decode().strip().split("\n\n")
    assert head == f"gridbrush ({identity.version()}) stable; urgency=medium"
    assert sign.startswith(f" -- {identity.MAINTAINER}  ")


def test_what_a_bare_python_runs_imports_nothing_of_the_program() -> None:
    """Packaging runs with nothing installed; these three run where the program's libraries are."""
    inside = {"keys_page.py", "man_page.py", "program.py"}
    found = {
        path.name
        for path in sorted(Path(bundle.__file__).parent.glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "studio")
        or (isinstance(node, ast.Import) and any(n.name.startswith("studio") for n in node.names))
    }
    assert found == inside
