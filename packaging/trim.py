"""What of Qt, Python and the build machine goes into the packaged program, and what stays out.

Only the plug-ins that this program can use are taken. That leaves out what would draw half a
desktop in (GTK's theme), what Qt would decode or fetch by itself (SVG, TIFF, TLS), and their
libraries. Sizes are in docs/decisions/packaging.md.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path, PurePosixPath

import identity

MODULES = [
    "tkinter", "_tkinter", "turtle", "idlelib", "lib2to3", "ensurepip", "venv", "distutils",
    "setuptools", "pkg_resources", "pip", "pydoc_data", "test", "xmlrpc",
    "numpy", "IPython", "matplotlib", "click", "trio", "curio",
    "PIL.ImageTk", "PIL.ImageQt", "PIL._imagingtk", "defusedxml", "olefile",
    "PySide6.QtNetwork", "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtOpenGL",
    "PySide6.QtOpenGLWidgets", "PySide6.QtPrintSupport", "PySide6.QtTest", "PySide6.QtXml",
    "PySide6.QtSql", "PySide6.QtUiTools", "PySide6.QtDesigner", "PySide6.QtHelp",
]  # fmt: skip

PLUGINS = {
    "platforms": ("qxcb", "qwayland", "qoffscreen", "qminimal", "qwindows", "qcocoa"),
    "imageformats": ("qjpeg", "qwebp", "qgif", "qico"),
    "platforminputcontexts": ("composeplatform", "ibusplatform"),
    "platformthemes": ("qxdgdesktopportal",),
    "xcbglintegrations": ("qxcb-egl", "qxcb-glx"),
    "wayland-shell-integration": ("xdg-shell", "qt-shell"),
    "wayland-decoration-client": ("adwaita", "bradient"),
    "wayland-graphics-integration-client": ("qt-plugin-wayland-egl",),
    "styles": ("qmodernwindowsstyle", "qmacstyle"),
}
"""The folders of Qt's plug-ins and, in each, how the names of those that are taken begin."""

FIRST_STEPS = ("pyi_rth_pkgutil", "pyi_rth_multiprocessing", "pyi_rth_inspect")
"""What PyInstaller runs before the program and this one has no use for: a third of its start.

They prepare listing modules in the archive, starting Python's own workers, and reading the source
of modules; each imports what a first window does without.
"""

QT_FIRST_STEP = "pyi_rth_pyside6"
"""Imports Qt to tell it where its plug-ins are, which the wheels of PySide6 know by themselves.

Besides, every program started from here would be told the same. Left in where it was not tried
without: elsewhere than on Linux.
"""


SYSTEM = (
    "libstdc++.so.6", "libgcc_s.so.1", "libX11.so.6", "libX11-xcb.so.1", "libxcb.so.1",
    "libfontconfig.so.1", "libfreetype.so.6", "libexpat.so.1", "libz.so.1", "libdbus-1.so.3",
)  # fmt: skip
"""Libraries every desktop has, newer or made for it: drivers of the system are loaded beside ours.

Each has its package in packaging/linux/depends.txt.
"""


LANGUAGES = frozenset(
    path.parent.parent.name
    for path in (Path(__file__).parent.parent / "resources/locale").glob("*/LC_MESSAGES/*.mo")
)
"""The languages the program speaks, whose words of Qt's own dialogs go with it."""


def resources(root: Path) -> list[tuple[Path, Path]]:
    """Each file of resources/ and the folder it goes to, where `studio/common/paths.py` finds
    it."""
    source = root / "resources"
    return [
        (path, Path("studio/resources") / path.relative_to(source).parent)
        for path in sorted(source.rglob("*"))
        if path.is_file() and path.suffix not in {".md", ".pot", ".po"}
    ]


def wanted(target: str) -> bool:
    """Whether a file goes into the program, by its path there."""
    path = PurePosixPath(target.replace("\\", "/"))
    parts = path.parts
    if "plugins" in parts and "PySide6" in parts:
        folder = parts[parts.index("plugins") + 1]
        name = path.name.removeprefix("lib")
        return any(
            name.startswith(f"{begin}") and (begin != "qminimal" or "egl" not in name)
            for begin in PLUGINS.get(folder, ())
        )
    if path.name in SYSTEM and "pillow.libs" not in parts:
        return False
    if "PySide6" in parts and "translations" in parts:
        return path.suffix == ".qm" and path.stem.removeprefix("qtbase_") in LANGUAGES
    # The rest belongs to Qt's tools.
    if "PySide6" in parts and {"qml", "resources", "metatypes"} & set(parts):
        return False
    return not any(part.endswith((".pyi", ".qm")) for part in parts[-1:])


def reachable(entries: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """The binaries without libraries that only a left-out plug-in needed (Linux).

    PyInstaller looks for the libraries of all plug-ins before any can be left out.
    """
    waiting = [entry for entry in entries if not _library(entry[0])]
    needed: set[str] = set()
    by_name = {Path(entry[0]).name: entry for entry in entries}
    while waiting:
        for name in needs(Path(waiting.pop()[1])):
            if name in by_name and name not in needed:
                needed.add(name)
                waiting.append(by_name[name])
    return [entry for entry in entries if not _library(entry[0]) or Path(entry[0]).name in needed]


def without_dangling(
    *lists: list[tuple[str, str, str]],
) -> tuple[list[tuple[str, str, str]], ...]:
    """The lists without links to what is not in any of them."""
    there = {entry[0] for entries in lists for entry in entries if entry[2] != "SYMLINK"}

    def stands(entry: tuple[str, str, str]) -> bool:
        where = os.path.normpath(Path(entry[0]).parent / entry[1])
        return entry[2] != "SYMLINK" or where in there

    return tuple([entry for entry in entries if stands(entry)] for entries in lists)


def needs(path: Path) -> list[str]:
    """The libraries a binary asks the linker for itself, without what those need in turn."""
    listing = subprocess.run(
        ["objdump", "-p", str(path)], capture_output=True, text=True, check=True
    )
    lines = (line.split() for line in listing.stdout.splitlines())
    return [words[1] for words in lines if words[:1] == ["NEEDED"]]


def _library(target: str) -> bool:
    """Whether others may need this file; modules and plug-ins are loaded by their names."""
    path = PurePosixPath(target)
    return (
        path.name.startswith("lib")
        and ".so" in path.name
        and "plugins" not in path.parts
        and not path.name.startswith("libpython")
    )


def signing_identity() -> str | None:
    """The certificate's name on macOS; None signs for this machine alone."""
    return os.environ.get("GRIDBRUSH_SIGN_AS") or None


def info_plist() -> dict[str, object]:
    """What macOS reads of the bundle."""
    return {
        "CFBundleDisplayName": identity.TITLE,
        "CFBundleShortVersionString": identity.version(),
        "LSApplicationCategoryType": "public.app-category.graphics-design",
        "LSMinimumSystemVersion": "13.0",
        "NSHighResolutionCapable": True,
        "NSPrincipalClass": "NSApplication",
        "NSRequiresAquaSystemAppearance": False,
        "NSHumanReadableCopyright": identity.COPYRIGHT,
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "Picture",
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Alternate",
                "LSItemContentTypes": ["public.image"],
            }
        ],
    }
