"""What is inside a built program, and under which licence: the one list for licences and SBOM.

`write` puts the licence texts and the bill of materials (CycloneDX 1.6, JSON) into a folder. Called
while PyInstaller works (gridbrush.spec), once it has left build/package/inside.json.
"""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import cast

import identity

ROOT = Path(__file__).resolve().parent.parent
INSIDE = ROOT / "build" / "package" / "inside.json"
TEXTS = Path(__file__).resolve().parent / "licences"

# Packages whose metadata names no licence in the words of SPDX.
_SPDX = {
    "PySide6_Essentials": "LGPL-3.0-only",
    "shiboken6": "LGPL-3.0-only",
    "certifi": "MPL-2.0",
    "apsw": "blessing",
    "jaraco.classes": "MIT",
    "jaraco.context": "MIT",
    "jaraco.functools": "MIT",
    "sniffio": "MIT OR Apache-2.0",
}
# Texts kept here, for what brings none along.
_OWN_TEXTS = {
    "PySide6_Essentials": ("LGPL-3.0.txt", "GPL-3.0.txt", "Qt.txt"),
    "shiboken6": ("LGPL-3.0.txt", "GPL-3.0.txt"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Something of somebody else's that is inside the program.

    Attributes:
        licence: an SPDX expression, or the words its maker uses.
        address: its package URL.
        texts: its licence's own files.
    """

    name: str
    version: str
    licence: str
    address: str
    texts: tuple[Path, ...] = field(default=())


def parts(listing: Path = INSIDE, always: Sequence[Callable[[], Part]] = ()) -> list[Part]:
    """Everything that is inside, sorted by name.

    `listing` names modules and libraries; `always` is what is there besides, by default Python,
    bootloader and typeface.
    """
    inside = json.loads(listing.read_text(encoding="utf-8"))
    found = [part() for part in always or (_python, _bootloader, font)]
    found += [distribution(name) for name in _distributions(inside["modules"])]
    if sys.platform.startswith("linux"):
        packages = {_package_of(Path(path)) for path in inside["libraries"] if _is_system(path)}
        found += [_debian(name) for name in packages if name]
    return sorted(found, key=lambda part: part.name.lower())


def _distributions(modules: list[str]) -> set[str]:
    owners = metadata.packages_distributions()
    tops = {module.partition(".")[0] for module in modules}
    names = {name for top in tops for name in owners.get(top, ())}
    # Of a namespace several packages share, only those whose own modules are inside.
    shared = {name for name in names if name.startswith("jaraco.")}
    return (names - shared - {identity.NAME, "pyinstaller"}) | (shared & set(modules))


def distribution(name: str) -> Part:
    """An installed package, with its licences."""
    known = metadata.distribution(name)
    said = cast("Message", known.metadata)
    listed = [path for path in known.files or () if _is_licence(str(path))]
    texts = [Path(str(known.locate_file(path))) for path in listed]
    texts += [TEXTS / text for text in _OWN_TEXTS.get(name, ())]
    licence = _SPDX.get(name) or str(said.get("License-Expression") or _classified(said))
    if not texts:
        raise SystemExit(f"{name} brings no licence text; put one into {TEXTS}.")
    return Part(
        name=name,
        version=known.version,
        licence=licence,
        address=f"pkg:pypi/{name.lower().replace('_', '-')}@{known.version}",
        texts=tuple(texts),
    )


def _is_licence(path: str) -> bool:
    inside, _, rest = path.partition(".dist-info/")
    name = rest.removeprefix("licenses/").upper()
    return bool(inside and rest) and name.startswith(("LICEN", "COPYING", "NOTICE", "AUTHORS"))


def _classified(said: Message) -> str:
    classes = [str(line) for line in said.get_all("Classifier") or []]
    words = [line.rpartition(" :: ")[2] for line in classes if line.startswith("License ::")]
    return "; ".join(words) or str(said.get("License") or "unknown").partition("\n")[0]


def _python() -> Part:
    base = Path(sys.base_prefix)
    version = platform.python_version()
    minor = ".".join(version.split(".")[:2])
    places = (
        base / "lib" / f"python{minor}" / "LICENSE.txt",
        base / "LICENSE.txt",
        Path(f"/usr/share/doc/python{minor}/copyright"),
        Path(f"/usr/share/doc/libpython{minor}-stdlib/copyright"),
    )
    text = next((place for place in places if place.exists()), None)
    if text is None:
        raise SystemExit("The licence of Python itself was not found.")
    address = f"pkg:generic/python@{version}"
    return Part(name="Python", version=version, licence="PSF-2.0", address=address, texts=(text,))


def _bootloader() -> Part:
    known = metadata.distribution("pyinstaller")
    texts = [path for path in known.files or () if path.name == "COPYING.txt"]
    return Part(
        name="PyInstaller bootloader",
        version=known.version,
        licence="GPL-2.0-or-later WITH Bootloader-exception",
        address=f"pkg:pypi/pyinstaller@{known.version}",
        texts=tuple(Path(str(known.locate_file(path))) for path in texts),
    )


def font() -> Part:
    """The typeface of the window; version and origin as in resources/fonts/README.md."""
    return Part(
        name="Inter",
        version="4.1",
        licence="OFL-1.1",
        address="pkg:npm/inter-ui@4.1.1",
        texts=(ROOT / "resources" / "fonts" / "OFL.txt",),
    )


def _is_system(path: str) -> bool:
    return path.startswith(("/lib/", "/usr/lib/"))


@cache
def _package_of(library: Path) -> str | None:
    """The Debian package a library of this machine came with."""
    if shutil.which("dpkg") is None:
        return None
    for place in (
        library,
        library.resolve(),
        Path("/lib") / library.resolve().relative_to("/usr/lib"),
    ):
        found = subprocess.run(
            ["dpkg", "-S", str(place)], capture_output=True, text=True, check=False
        )
        if found.returncode == 0:
            return found.stdout.partition(": ")[0].partition(",")[0]
    raise SystemExit(f"{library} came with no package; whose is it?")


def _debian(package: str) -> Part:
    shown = "${source:Package} ${Version}"
    query = ["dpkg-query", "-W", f"-f={shown}", package]
    source, version = subprocess.run(
        query, capture_output=True, text=True, check=True
    ).stdout.split()
    name = package.partition(":")[0]
    text = Path(f"/usr/share/doc/{name}/copyright")
    if not text.exists():
        raise SystemExit(f"{name} has no {text}.")
    return Part(
        name=name,
        version=version,
        licence=f"as {source} says in its copyright file",
        address=f"pkg:deb/debian/{name}@{version}",
        texts=(text,),
    )


def write_licences(found: list[Part], folder: Path) -> None:
    """The texts, a folder each, and a list of all."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copyfile(ROOT / "LICENSE", folder / "Gridbrush.txt")
    lines = ["What Gridbrush stands on, and the licences it is under.", ""]
    for part in found:
        own = folder / part.name.replace(" ", "-")
        own.mkdir()
        for text in part.texts:
            shutil.copyfile(text, own / (text.name if text.suffix else f"{text.name}.txt"))
        lines.append(f"{part.name} {part.version}: {part.licence}")
    (folder / "README.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def bill(found: list[Part]) -> dict[str, object]:
    """The bill of materials; the same parts and the same moment make the same bytes."""
    moment = datetime.fromtimestamp(identity.moment(), UTC)
    main = f"pkg:generic/{identity.NAME}@{identity.version()}"
    identities = "\n".join([main, *(part.address for part in found)])
    serial = uuid.uuid5(uuid.NAMESPACE_URL, identities)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application",
                "bom-ref": main,
                "name": identity.NAME,
                "version": identity.version(),
                "licenses": [{"license": {"id": "MIT"}}],
                "purl": main,
            },
        },
        "components": [
            {
                "type": "library",
                "bom-ref": part.address,
                "name": part.name,
                "version": part.version,
                "licenses": [{"license": {"name": part.licence}}],
                "purl": part.address,
            }
            for part in found
        ],
        "dependencies": [{"ref": main, "dependsOn": sorted(part.address for part in found)}],
    }


def write(folder: Path) -> None:
    """Licences and bill; what was in the folder goes."""
    found = parts()
    write_licences(found, folder)
    text = json.dumps(bill(found), indent=2, ensure_ascii=False) + "\n"
    (folder / "bom.cdx.json").write_text(text, encoding="utf-8")
