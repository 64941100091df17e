"""Makes the packages of Linux from the program's folder, into dist/: `packages.py [deb] [tar]`.

The same folder and the same SOURCE_DATE_EPOCH make the same bytes.
"""

from __future__ import annotations

import email.utils
import hashlib
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import bundle
import identity
import tree

DIST = identity.ROOT / "dist"

CONTROL = """\
Package: {name}
Version: {version}
Architecture: {architecture}
Maintainer: {maintainer}
Installed-Size: {kilobytes}
Depends: {depends}
Recommends: gnome-keyring | kwalletmanager | keepassxc, xdg-desktop-portal, libgl1-mesa-dri
Section: graphics
Priority: optional
Description: {summary}
 A studio for designers who iterate on pictures made by an image model: type a
 prompt, watch the pictures arrive, keep the good ones, drag them into your
 design tool. An offline painter is built in, so everything can be tried
 without a key and without a network.
"""

# Besides the libraries: without a configuration and a font there would be no letters; without the
# keyboard layouts no window opens on Wayland, for the library that reads them is inside.
MORE = (
    "xkb-data",
    "fontconfig-config",
    "fonts-dejavu-core | fonts-noto-core | fonts-freefont-ttf",
    "hicolor-icon-theme",
)


def main(kinds: list[str]) -> int:
    """Make the named kinds, all when none is named."""
    if not bundle.PROGRAM.is_dir():
        print("There is no built program yet: `make package`", file=sys.stderr)
        return 1
    DIST.mkdir(exist_ok=True)
    for kind in kinds or ["deb", "tar"]:
        made = {"deb": deb, "tar": portable}[kind]()
        print(f"{made} ({made.stat().st_size / 1e6:.1f} MB)")
    return 0


def deb() -> Path:
    """The package for Debian, Ubuntu and what stems from them."""
    root = bundle.BUILD / "deb"
    tree.lay_out(root)
    tree.put(root / "usr/share/doc" / identity.NAME / "changelog.gz", tree.packed(changelog()))
    overrides = (tree.LINUX / "lintian-overrides").read_bytes()
    tree.put(root / "usr/share/lintian/overrides" / identity.NAME, overrides)
    bundle.set_times(root)
    control = root / "DEBIAN"
    control.mkdir(mode=0o755)
    files = sorted(
        path for path in (root / "usr").rglob("*") if path.is_file() and not path.is_symlink()
    )
    sums = (
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  "
        f"{path.relative_to(root)}\n"
        for path in files
    )
    (control / "md5sums").write_text("".join(sums), encoding="utf-8")
    architecture = _output("dpkg", "--print-architecture")
    text = CONTROL.format(
        name=identity.NAME,
        version=identity.version(),
        architecture=architecture,
        maintainer=identity.MAINTAINER,
        kilobytes=bundle.size(root) // 1024,
        depends=", ".join(dict.fromkeys([*depends().values(), *MORE])),
        summary=identity.SUMMARY,
    )
    (control / "control").write_text(text, encoding="utf-8")
    bundle.set_times(root)
    path = DIST / f"{identity.NAME}_{identity.version()}_{architecture}.deb"
    # Whatever has the C library this program needs has a dpkg that reads zstd. xz makes it a tenth
    # smaller, and takes minutes.
    bundle.call("dpkg-deb", "-Zzstd", "-z19", "--root-owner-group", "--build", root, path)
    return path


def changelog() -> bytes:
    """Changelog in the form Debian's tools read; it refers to CHANGELOG.md beside it."""
    day = email.utils.formatdate(identity.moment())
    return (
        f"{identity.NAME} ({identity.version()}) stable; urgency=medium\n\n"
        "  * See CHANGELOG.md.gz in this folder.\n\n"
        f" -- {identity.MAINTAINER}  {day}\n"
    ).encode()


def portable() -> Path:
    """The folder itself, to unpack anywhere."""
    machine = platform.machine()
    name = f"{identity.NAME}-{identity.version()}-linux-{machine}"
    folder = bundle.BUILD / "portable" / name
    shutil.rmtree(folder.parent, ignore_errors=True)
    shutil.copytree(bundle.PROGRAM, folder, symlinks=True)
    tree.put(folder / "README.txt", tree.filled((tree.LINUX / "portable.txt").read_text("utf-8")))
    bundle.set_times(folder)
    path = DIST / f"{name}.tar.zst"
    plain = path.with_suffix("")
    ownership = ["--owner=0", "--group=0", "--numeric-owner", "--format=gnu"]
    bundle.call(
        "tar", "--create", f"--file={plain}", "--sort=name", *ownership, "-C", folder.parent, name
    )
    bundle.call("zstd", "-12", "--quiet", "--force", "--rm", "--threads=1", plain, "-o", path)
    return path


def depends(program: Path = bundle.PROGRAM) -> dict[str, str]:
    """The package for each library that is not inside a program."""
    text = (tree.LINUX / "depends.txt").read_text("utf-8")
    lines = tree.filled(text, program).decode().splitlines()
    pairs = (line.split(maxsplit=1) for line in lines if line and not line.startswith("#"))
    return {words[0]: words[1] for words in pairs}


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
