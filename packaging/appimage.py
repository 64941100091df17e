"""Makes the AppImage: the laid-out tree as squashfs behind a runtime that mounts it.

`appimage.py RUNTIME` takes the runtime from a file, whose hash must be the one below;
`appimage.py --fetch` downloads it first, from its makers' release; `appimage.py --payload` stops
before it, for machines without a network.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import urllib.request
from pathlib import Path

import bundle
import identity
import tree
from packages import DIST

RELEASE = "https://github.com/AppImage/type2-runtime/releases/download/20251108"
HASHES = {
    "x86_64": "2fca8b443c92510f1483a883f60061ad09b46b978b2631c807cd873a47ec260d",
    "aarch64": "00cbdfcf917cc6c0ff6d3347d59e0ca1f7f45a6df1a428a0d6d8a78664d87444",
}
MACHINE = os.uname().machine if hasattr(os, "uname") else ""
PLACE = bundle.BUILD / "appimage"


def main(arguments: list[str]) -> int:
    """Payload, runtime, both in one file."""
    if len(arguments) != 1:
        print("usage: appimage.py RUNTIME | --fetch | --payload", file=sys.stderr)
        return 2
    squashed = payload()
    if arguments[0] == "--payload":
        print(f"{squashed} ({squashed.stat().st_size / 1e6:.1f} MB), without a runtime")
        return 0
    runtime = checked(fetched() if arguments[0] == "--fetch" else Path(arguments[0]).read_bytes())
    DIST.mkdir(exist_ok=True)
    path = DIST / f"{identity.TITLE}-{identity.version()}-{MACHINE}.AppImage"
    path.write_bytes(runtime + squashed.read_bytes())
    path.chmod(0o755)
    print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
    return 0


def payload() -> Path:
    """The tree with what a runtime starts and desktops show, compressed."""
    shutil.rmtree(PLACE, ignore_errors=True)
    root = PLACE / "AppDir"
    tree.lay_out(root)
    start = root / "AppRun"
    start.symlink_to(f"usr/lib/{identity.NAME}/{identity.NAME}")
    tree.put(root / f"{identity.NAME}.desktop", tree.desktop_entry())
    icon = (root / "usr/share/icons/hicolor/256x256/apps" / f"{identity.NAME}.png").read_bytes()
    tree.put(root / f"{identity.NAME}.png", icon)
    (root / ".DirIcon").symlink_to(f"{identity.NAME}.png")
    bundle.set_times(root)
    squashed = PLACE / "payload.squashfs"
    # The times of the files are those of the package (SOURCE_DATE_EPOCH), the owner is root.
    bundle.call(
        "mksquashfs", root, squashed, "-quiet", "-no-progress", "-all-root", "-no-xattrs",
        "-comp", "zstd", "-Xcompression-level", "15", "-processors", "2",
    )  # fmt: skip
    return squashed


def fetched() -> bytes:
    """The runtime of this machine, from its makers."""
    with urllib.request.urlopen(f"{RELEASE}/runtime-{MACHINE}", timeout=120) as answer:  # noqa: S310
        return bytes(answer.read())


def checked(runtime: bytes) -> bytes:
    """The same bytes, if they are the ones that were looked at. Raises SystemExit."""
    found = hashlib.sha256(runtime).hexdigest()
    if found != HASHES.get(MACHINE):
        raise SystemExit(f"Another runtime than the one that is known: {found}")
    return runtime


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
