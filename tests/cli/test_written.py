"""The check for files written outside of the program's own folder."""

from __future__ import annotations

from pathlib import Path

from tests.cli.program import written


def test_the_system_may_keep_its_fonts_there_and_nothing_else(tmp_path: Path) -> None:
    fonts = tmp_path / ".cache" / "fontconfig"
    fonts.mkdir(parents=True)
    (fonts / "some.cache-9").write_bytes(b"")
    assert written(tmp_path) == []
    (tmp_path / ".cache" / "thumbnails").mkdir(parents=True)
    assert written(tmp_path) == [tmp_path / ".cache", tmp_path / ".cache" / "thumbnails"]
