"""The library on disk before and after an end-to-end test."""

from __future__ import annotations

from pathlib import Path

from studio.common import paths
from studio.domain.drafts import Draft, DraftFile


def originals(home: Path) -> list[Path]:
    """The pictures of the library, as a file manager shows them."""
    return sorted(
        path for path in (home / "library").glob("*/*") if not path.parent.name.startswith(".")
    )


def leave_draft(home: Path, draft: Draft) -> None:
    """Leave the composer like this, as an earlier start would have."""
    DraftFile(paths.find(home).draft_file).save(draft)
