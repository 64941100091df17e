"""The folders of dragged copies: they outlive the next start, and not the one after."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from studio.app.export.copy_cache import CopyCache, remove_old

OTHER = """
import sys
from pathlib import Path
from studio.app.export.copy_cache import CopyCache
folder = CopyCache(Path(sys.argv[1])).new_folder()
(folder / "copy.jpg").write_bytes(b"COPY")
print(folder, flush=True)
sys.stdin.read()
"""


def a_copy(root: Path) -> tuple[CopyCache, Path]:
    cache = CopyCache(root)
    path = cache.new_folder() / "copy.jpg"
    path.write_bytes(b"COPY")
    return cache, path


def test_copies_outlive_the_next_start_and_not_the_one_after(tmp_path: Path) -> None:
    root = tmp_path / "copies"
    cache, path = a_copy(root)
    cache.close()
    assert remove_old(root) == 0
    assert path.read_bytes() == b"COPY"
    assert remove_old(root) == 1
    assert list(root.iterdir()) == []


def test_the_copies_of_a_running_process_stay(tmp_path: Path) -> None:
    root = tmp_path / "copies"
    with subprocess.Popen(
        [sys.executable, "-c", OTHER, root],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        path = Path(other.stdout.readline().strip()) / "copy.jpg"
        assert [remove_old(root) for _start in range(3)] == [0, 0, 0]
        assert path.exists()
        # Killed, its folder counts as one of an earlier start.
        other.kill()
        other.wait()
    assert [remove_old(root) for _start in range(2)] == [0, 1]
    assert not path.exists()


def test_a_removal_that_was_cut_short_is_completed(tmp_path: Path) -> None:
    root = tmp_path / "copies"
    cache, path = a_copy(root)
    cache.close()
    remove_old(root)
    session = path.parent.parent
    path.unlink()
    path.parent.rmdir()
    (session / "lock").unlink()
    assert remove_old(root) == 1
    assert not session.exists()


def test_nothing_else_is_removed_and_no_link_followed(tmp_path: Path) -> None:
    root, mine = tmp_path / "copies", tmp_path / "mine"
    mine.mkdir()
    (mine / "picture.png").write_bytes(b"MINE")
    cache, path = a_copy(root)
    cache.close()
    (path.parent / "beside").symlink_to(mine)
    (path.parent.parent / "above").symlink_to(mine)
    (root / "notes").mkdir()
    (root / "0123456789abcdef").symlink_to(mine)
    for _start in range(3):
        remove_old(root)
    assert (mine / "picture.png").read_bytes() == b"MINE"
    assert sorted(one.name for one in root.iterdir()) == ["0123456789abcdef", "notes"]


def test_a_process_removes_only_folders_of_its_own(tmp_path: Path) -> None:
    root = tmp_path / "copies"
    cache, path = a_copy(root)
    other, stays = a_copy(root)
    cache.remove_folder(stays.parent)
    assert stays.exists()
    cache.remove_folder(path.parent)
    assert not path.exists()
    cache.close()
    other.close()
