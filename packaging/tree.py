"""Lays the program's folder out as it lies on a Linux system: /usr/lib, desktop entry, icons, man.

For the .deb, the AppImage and the rpm alike.
"""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
import time
from pathlib import Path

import bundle
import elf
import identity
import locked
from icons import SIZES, SOURCE

LINUX = Path(__file__).resolve().parent / "linux"


def lay_out(root: Path) -> None:
    """Make `root` a tree with usr/ in it; what was there goes."""
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(bundle.PROGRAM, root / "usr/lib" / identity.NAME, symlinks=True)
    put(root / "usr/share/applications" / f"{identity.NAME}.desktop", desktop_entry())
    put(root / "usr/share/metainfo" / f"{identity.APP_ID}.metainfo.xml", metainfo())
    put(root / "usr/share/man/man1" / f"{identity.NAME}.1.gz", packed(man_page()))
    documents = root / "usr/share/doc" / identity.NAME
    put(documents / "copyright", rights())
    changes = (identity.ROOT / "CHANGELOG.md").read_bytes()
    put(documents / "CHANGELOG.md.gz", packed(changes))
    hicolor = root / "usr/share/icons/hicolor"
    for size in SIZES:
        drawn = bundle.BUILD / "icons" / f"{identity.NAME}-{size}.png"
        icon = hicolor / f"{size}x{size}" / "apps" / f"{identity.NAME}.png"
        put(icon, drawn.read_bytes())
    put(hicolor / "scalable/apps" / f"{identity.NAME}.svg", SOURCE.read_bytes())
    link = root / "usr/bin" / identity.NAME
    link.parent.mkdir(parents=True)
    link.symlink_to(f"../lib/{identity.NAME}/{identity.NAME}")


def desktop_entry() -> bytes:
    """What menus and file managers read."""
    text = (LINUX / "gridbrush.desktop").read_text(encoding="utf-8")
    return text.replace("@MEDIA_TYPES@", ";".join(identity.MEDIA_TYPES)).encode()


def metainfo(desktop_id: str = f"{identity.NAME}.desktop") -> bytes:
    """What software centres read."""
    text = (LINUX / "metainfo.xml").read_text(encoding="utf-8")
    return filled(text.replace("@DESKTOP_ID@", desktop_id))


def man_page() -> bytes:
    """What `man gridbrush` reads; commands and options are the parser's own.

    The parser needs the program's libraries: those of the environment the program was built in.
    """
    made_in = locked.python_in(bundle.VENV)
    python = made_in if made_in.is_file() else Path(sys.executable)
    done = subprocess.run(
        [python, Path(__file__).with_name("man_page.py")], stdout=subprocess.PIPE, check=True
    )
    return filled(done.stdout.decode("ascii"))


def rights() -> bytes:
    """The copyright file, with the texts of our own licence and the font's."""
    text = (LINUX / "copyright.txt").read_text(encoding="utf-8")
    for place, path in (("@MIT@", "LICENSE"), ("@OFL@", "resources/fonts/OFL.txt")):
        own = (identity.ROOT / path).read_text(encoding="utf-8").splitlines()
        text = text.replace(place, "\n".join(f" {line}" if line.strip() else " ." for line in own))
    return text.encode()


def filled(text: str, program: Path = bundle.PROGRAM) -> bytes:
    """A template with name, version, day and the versions of a program's libraries in it."""
    day = time.strftime("%Y-%m-%d", time.gmtime(identity.moment()))
    words = {
        "@APP_ID@": identity.APP_ID,
        "@SUMMARY@": identity.SUMMARY,
        "@VERSION@": identity.version(),
        "@DATE@": day,
    }
    if "@GLIBC@" in text:
        words |= elf.requirements(program)
    for place, word in words.items():
        text = text.replace(place, word)
    return text.encode()


def packed(data: bytes) -> bytes:
    """Compressed, with no name and no time in it."""
    return gzip.compress(data, 9, mtime=0)


def put(path: Path, data: bytes) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
