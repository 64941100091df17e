"""Lays the program's folder out as it lies on a Linux system: /usr/lib, desktop entry, icons, man.

For the .deb, the AppImage and the rpm alike.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import bundle
import elf
import identity
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
    """What `man gridbrush` reads; commands and options are the parser's own."""
    sys.path.insert(0, str(identity.ROOT))
    from studio.cli import parser

    text = (LINUX / "gridbrush.1").read_text(encoding="utf-8")
    text = text.replace("@COMMANDS@", "\n".join(_commands(parser.build())))
    return filled(text.replace("@OPTIONS@", "\n".join(_options(parser.build()))))


def _commands(parser: argparse.ArgumentParser, before: str = "") -> Iterator[str]:
    for group in parser._actions:  # noqa: SLF001
        if not isinstance(group, argparse._SubParsersAction):  # noqa: SLF001
            continue
        says = {choice.dest: choice.help for choice in group._choices_actions}  # noqa: SLF001
        for name, command in group.choices.items():
            whole = f"{before}{name}"
            yield f".TP\n.B {_plain(whole)}\n{_plain(says.get(name) or '').capitalize()}."
            yield from _commands(command, f"{whole} ")


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    for option in parser._actions:  # noqa: SLF001
        if option.option_strings and option.help != argparse.SUPPRESS and option.dest != "help":
            value = f' " {option.metavar or option.dest.upper()}"' if option.nargs != 0 else ""
            name = _plain(option.option_strings[-1])
            yield f".TP\n.BI {name}{value}\n{_plain(option.help or '').capitalize()}."


def _plain(text: str) -> str:
    """Words that troff takes for nothing else."""
    for sign, written in (("\\", "\\e"), ("-", "\\-"), ("'", "\\(aq"), ("%%", "%")):
        text = text.replace(sign, written)
    return "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in text)


def rights() -> bytes:
    """The copyright file, with the texts of our own licence and the font's."""
    text = (LINUX / "copyright.txt").read_text(encoding="utf-8")
    for place, path in (("@MIT@", "LICENSE"), ("@OFL@", "resources/fonts/OFL.txt")):
        own = (identity.ROOT / path).read_text(encoding="utf-8").splitlines()
        text = text.replace(place, "\n".join(f" {line}" if line.strip() else " ." for line in own))
    return text.encode()


def filled(text: str) -> bytes:
    """A template with name, version, day and the versions of libraries in it."""
    day = time.strftime("%Y-%m-%d", time.gmtime(identity.moment()))
    words = {
        "@APP_ID@": identity.APP_ID,
        "@SUMMARY@": identity.SUMMARY,
        "@VERSION@": identity.version(),
        "@DATE@": day,
    }
    if "@GLIBC@" in text:
        words |= elf.requirements(bundle.PROGRAM)
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
