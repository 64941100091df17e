"""A recipe for small copies, chosen as a user does."""

from __future__ import annotations

from pathlib import Path

from studio.common import paths
from studio.config.export_presets import ExportPresetStore
from studio.domain.export import BUILT_IN, ExportFormat, ExportPreset, ExportSize, SizeRule
from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.screen import wait_until

SMALL = ExportPreset(
    id="preset-1",
    title="Small JPEG",
    format=ExportFormat.JPEG,
    size=ExportSize(SizeRule.LONGEST, 64),
    pattern="{title}-{n:2}",
)


def keep_small(home: Path) -> None:
    """Have a preset for small copies as the second of the list."""
    file = paths.find(home).export_presets_file
    file.parent.mkdir(parents=True, exist_ok=True)
    ExportPresetStore(file).save((BUILT_IN[0], SMALL, *BUILT_IN[1:]))


def choose_small(user: Desktop, program: DesktopProgram) -> None:
    """Choose it, the second recipe of the list; the first is the original."""
    title = SMALL.title
    program.activate()
    user.keys("ctrl+d")
    wait_until(
        lambda: any(one.name.startswith(title) for one in program.find("radio button")),
        what=lambda: "the list of recipes, there are\n" + "\n".join(program.tree()),
    )
    user.keys("Down", "Return")
    program.wait_for("button", f"Drag as {title}")


def copies(home: Path) -> list[Path]:
    """The copies that were made for drags."""
    return sorted((home / "cache" / "copies").glob("*/*/*.jpg"))
