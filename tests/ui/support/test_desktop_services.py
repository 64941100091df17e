"""Web pages and folders that the window opens through the system."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.ui.support import desktop_services


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd", "/etc/passwd", "javascript:alert(1)", "data:text/html,x",
        "ms-msdt:/x",
        "smb://server/share", "ftp://host/x", "https:", "https:///x", "", "gridbrush", "\0",
        "C:\\Windows\\system32\\calc.exe", "\\\\server\\x", "https://a b/",
    ],
)  # fmt: skip
def test_what_is_no_page_is_not_opened(address: str, links: list[str]) -> None:
    assert not desktop_services.open_link(address)
    assert links == []


def test_pages_are_opened(links: list[str]) -> None:
    assert desktop_services.open_link("https://example.org/a?b=c#d")
    assert desktop_services.open_link("HTTP://example.org")
    assert links == ["https://example.org/a?b=c#d", "http://example.org"]


def test_a_folder_is_opened_as_a_folder(links: list[str], tmp_path: Path) -> None:
    assert desktop_services.open_folder(tmp_path / "https:" / "x")
    assert links == [f"file://{tmp_path}/https:/x"]
