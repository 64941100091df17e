"""Contents of the packaged program."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import bundle
import elf
import packages
import program
import PySide6
import pytest
import shipped
import tree
import trim

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = "_internal/PySide6/Qt/plugins"


@pytest.mark.parametrize(
    "path",
    [
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqwayland.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6/plugins/platforms/qwindows.dll",
        "PySide6/Qt/plugins/platforms/libqcocoa.dylib",
        "PySide6/Qt/plugins/imageformats/libqjpeg.so",
        "PySide6/Qt/plugins/platformthemes/libqxdgdesktopportal.so",
        "PySide6/Qt/plugins/wayland-shell-integration/libxdg-shell.so",
        "PySide6/Qt/lib/libQt6Core.so.6",
        "pillow.libs/libfreetype-57f805ba.so.6.20.6",
        "studio/resources/icons/brush.svg",
    ],
)
def test_what_is_used_is_taken(path: str) -> None:
    assert trim.wanted(path)


@pytest.mark.parametrize(
    "path",
    [
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
        "PySide6/Qt/plugins/imageformats/libqsvg.so",
        "PySide6/Qt/plugins/imageformats/libqtiff.so",
        "PySide6/Qt/plugins/imageformats/libqpdf.so",
        "PySide6/Qt/plugins/iconengines/libqsvgicon.so",
        "PySide6/Qt/plugins/tls/libqopensslbackend.so",
        "PySide6\\plugins\\tls\\qschannelbackend.dll",
        "PySide6/Qt/plugins/platforms/libqvnc.so",
        "PySide6/Qt/plugins/platforms/libqminimalegl.so",
        "PySide6/Qt/translations/qtbase_ca.qm",
        "PySide6/Qt/translations/qt_de.qm",
        "PySide6/Qt/translations/qt_help_de.qm",
        "PySide6/Qt/translations/assistant_de.qm",
        "libstdc++.so.6",
    ],
)
def test_what_is_not_used_is_left_out(path: str) -> None:
    assert not trim.wanted(path)


def test_a_link_to_what_was_left_out_is_left_out_too() -> None:
    library = ("PySide6/Qt/lib/libQt6Core.so.6", "/somewhere", "BINARY")
    link = ("libQt6Core.so.6", "PySide6/Qt/lib/libQt6Core.so.6", "SYMLINK")
    lost = ("libQt6Network.so.6", "PySide6/Qt/lib/libQt6Network.so.6", "SYMLINK")
    assert trim.without_dangling([library], [link, lost]) == ([library], [link])


def test_every_language_goes_with_the_program_and_with_qts_own_words() -> None:
    taken = {target / path.name for path, target in trim.resources(ROOT)}
    installed = Path(PySide6.__file__).parent
    assert {"de", "fr", "es", "ja", "zh_CN", "ar"} <= trim.LANGUAGES
    for language in trim.LANGUAGES:
        assert Path("studio/resources/locale", language, "LC_MESSAGES/gridbrush.mo") in taken
        name = f"translations/qtbase_{language}.qm"
        assert trim.wanted(f"PySide6/Qt/{name}")
        assert trim.wanted(f"PySide6\\translations\\qtbase_{language}.qm")
        assert any((installed / folder / name).exists() for folder in ("Qt", "."))
    assert not any(path.suffix in (".po", ".pot") for path in taken)


def test_every_file_of_resources_lies_where_the_program_looks_for_it() -> None:
    for path, target in trim.resources(ROOT):
        assert (Path("studio") / path.relative_to(ROOT)).parent == target
    taken = {path.name for path, _target in trim.resources(ROOT)}
    assert {"models.json", "style.qss", "brush.svg", "city.jpg"} <= taken
    assert {"Inter-Regular.ttf", "Inter-SemiBold.ttf", "OFL.txt"} <= taken


def test_everything_the_program_needs_brings_its_licence() -> None:
    lock = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    names = re.findall(r"^([a-z0-9.-]+)==", lock, re.MULTILINE)
    installed = [name for name in names if _installed(name)]
    assert len(installed) > 15
    for name in installed:
        part = shipped.distribution(metadata.distribution(name).metadata["Name"])
        assert part.texts
        assert part.licence != "unknown", name
        assert all(text.exists() for text in part.texts)


def _installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def test_the_typeface_is_named_with_its_licence(tmp_path: Path) -> None:
    """In the list of licences, the bill of materials and the copyright file of the .deb."""
    part = shipped.font()
    shipped.write_licences([part], tmp_path / "licences")
    text = (tmp_path / "licences/Inter/OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in text
    origin = (ROOT / "resources/fonts/README.md").read_text(encoding="utf-8")
    assert f"Inter {part.version} " in origin
    assert "`inter-ui` 4.1.1" in origin
    assert part.address.endswith("/inter-ui@4.1.1")
    for path in (ROOT / "resources/fonts").glob("*.ttf"):
        assert hashlib.sha256(path.read_bytes()).hexdigest() in origin, path.name
    rights = tree.rights().decode()
    assert "Files: resources/fonts/*" in rights
    assert "\n SIL OPEN FONT LICENSE Version 1.1" in rights
    assert not re.search(r"@[A-Z]+@", rights)


def test_all_parts_of_a_program_include_the_typeface(tmp_path: Path) -> None:
    inside = tmp_path / "inside.json"
    inside.write_text(json.dumps({"modules": [], "libraries": []}), encoding="utf-8")
    found = shipped.parts(inside, (shipped.font,) * 3)
    assert len([part for part in found if part.name == "Inter"]) == 3


def test_a_package_without_a_licence_text_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = tmp_path / "unlicensed-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Name: unlicensed\nVersion: 1.0\n", encoding="utf-8")
    (about / "RECORD").write_text("unlicensed/LICENSE,,\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(SystemExit, match="unlicensed brings no licence"):
        shipped.distribution("unlicensed")


def test_licences_and_bill_name_the_same_parts(tmp_path: Path) -> None:
    found = [shipped.distribution(name) for name in ("httpx", "PySide6_Essentials")]
    shipped.write_licences(found, tmp_path / "licences")
    bill = json.loads(json.dumps(shipped.bill(found)))
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["specVersion"] == "1.6"
    assert [part["name"] for part in bill["components"]] == ["httpx", "PySide6_Essentials"]
    assert bill["components"][0]["purl"].startswith("pkg:pypi/httpx@0.")
    assert bill["dependencies"][0]["dependsOn"] == [p["bom-ref"] for p in bill["components"]]
    assert bill == shipped.bill(found)
    listed = (tmp_path / "licences" / "README.txt").read_text(encoding="utf-8")
    assert "PySide6_Essentials 6." in listed
    assert "LESSER" in (tmp_path / "licences/PySide6_Essentials/LGPL-3.0.txt").read_text("utf-8")


def test_programs_started_from_the_packaged_one_get_the_systems_libraries(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    ours = {
        "LD_LIBRARY_PATH": "/usr/lib/gridbrush/_internal",
        "_PYI_ARCHIVE_FILE": "/usr/lib/gridbrush/gridbrush",
        "_PYI_PARENT_PROCESS_LEVEL": "0",
        "HOME": "/home/anna",
    }
    program.give_back(ours)
    assert ours == {"HOME": "/home/anna"}
    ours = {"LD_LIBRARY_PATH": "/usr/lib/gridbrush/_internal", "LD_LIBRARY_PATH_ORIG": "/opt/lib"}
    program.give_back(ours)
    assert ours == {"LD_LIBRARY_PATH": "/opt/lib"}
    monkeypatch.delattr(sys, "frozen")
    ours = {"LD_LIBRARY_PATH": "/opt/lib"}
    program.give_back(ours)
    assert ours == {"LD_LIBRARY_PATH": "/opt/lib"}


built = pytest.mark.skipif(
    not bundle.PROGRAM.is_dir() or not sys.platform.startswith("linux"),
    reason="there is no built program; `make package` makes it",
)


@built
def test_the_built_program_has_no_more_plugins_than_it_uses() -> None:
    plugins = {str(path.relative_to(bundle.PROGRAM)) for path in bundle.PROGRAM.rglob("*.so")}
    assert f"{PLUGINS}/platforms/libqxcb.so" in plugins
    assert f"{PLUGINS}/platforms/libqwayland.so" in plugins
    formats = {Path(path).name for path in plugins if "imageformats" in path}
    assert formats == {"libqjpeg.so", "libqwebp.so", "libqgif.so", "libqico.so"}
    names = {path.name for path in bundle.PROGRAM.rglob("*")}
    assert not {name for name in names if name.startswith(("numpy", "libgtk", "libQt6Network"))}


@built
def test_no_library_is_looked_for_outside_the_built_program() -> None:
    assert elf.foreign(bundle.PROGRAM) == {}
    assert any(elf.search_paths(path) for path in elf.binaries(bundle.PROGRAM))


@built
def test_no_library_of_the_built_program_is_marked_as_a_program() -> None:
    libraries = [path for path in bundle.PROGRAM.rglob("*.so*") if not path.is_symlink()]
    assert not [path for path in libraries if path.stat().st_mode & 0o111]


@built
def test_nothing_but_the_program_is_imported_before_the_program() -> None:
    first = json.loads(shipped.INSIDE.read_text(encoding="utf-8"))["first_steps"]
    assert set(first) - {"pyi_rth_cryptography_openssl"} == {"program"}


@built
def test_every_library_that_is_not_inside_comes_with_a_package_the_deb_depends_on() -> None:
    inside = {path.name for path in bundle.PROGRAM.rglob("*.so*")}
    binaries = [path for path in bundle.PROGRAM.rglob("*.so*") if not path.is_symlink()]
    listing = subprocess.run(
        ["objdump", "-p", *binaries, bundle.PROGRAM / "gridbrush"],
        capture_output=True,
        text=True,
        check=True,
    )
    needed = set(re.findall(r"NEEDED\s+(\S+)", listing.stdout))
    assert len(needed) > 30
    assert needed - inside <= set(packages.depends())
