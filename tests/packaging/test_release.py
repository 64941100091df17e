"""Parts of a release: notes, hashes, installer, AppImage, recipes."""

from __future__ import annotations

import plistlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import appimage
import identity
import notes
import pytest
import tree
import trial
import windows_version

from studio.app import updates

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"

CHANGES = """# Changes

## [Unreleased]

## [1.1.0] - 2026-05-01

### Added

- A thing.

## [1.0.0] - 2026-01-01

- The first.
"""


def test_a_release_says_what_the_changelog_says_about_it() -> None:
    assert notes.text(CHANGES, "1.1.0") == "### Added\n\n- A thing."
    assert notes.text(CHANGES, "1.0.0") == "- The first."
    for version in ("1.2.0", "Unreleased"):
        with pytest.raises(SystemExit, match=version):
            notes.text(CHANGES, version)


def test_a_tag_of_another_version_stops_the_release(capsys: pytest.CaptureFixture[str]) -> None:
    assert notes.main(["tag", f"v{identity.version()}"]) == 0
    assert notes.main(["tag", "v99.0.0"]) == 1
    assert "v99.0.0" in capsys.readouterr().err


def test_hashes_are_as_sha256sum_reads_them(tmp_path: Path) -> None:
    for name in ("b.deb", "a.AppImage"):
        (tmp_path / name).write_bytes(name.encode())
    text = notes.sums([tmp_path / "b.deb", tmp_path / "a.AppImage"])
    assert [line.split("  ")[1] for line in text.splitlines()] == ["a.AppImage", "b.deb"]
    if shutil.which("sha256sum"):
        check = ["sha256sum", "--check", "--strict"]
        done = subprocess.run(check, input=text, text=True, cwd=tmp_path, check=False)
        assert done.returncode == 0


def test_the_feed_of_newer_versions_is_what_the_program_reads(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert notes.main(["feed", "https://here.example/new", "Leiser und schöner."]) == 0
    body = capsys.readouterr().out.encode()
    found = updates.read(body, "https://here.example/updates.json")
    assert (found.version, found.notes) == (identity.version(), "Leiser und schöner.")


def test_another_runtime_than_the_known_one_is_refused() -> None:
    with pytest.raises(SystemExit, match="Another runtime"):
        appimage.checked(b"\x7fELF and whatever else")


@pytest.fixture
def installer(tmp_path: Path) -> Callable[..., bytes]:
    """Compiles the installer of a program that is no program; gives its bytes."""
    if shutil.which("makensis") is None:
        pytest.skip("makensis is not installed")
    program = tmp_path / "program"
    (program / "_internal").mkdir(parents=True)
    (program / "gridbrush.exe").write_bytes(b"MZ")
    draw = [sys.executable, str(PACKAGING / "icons.py"), str(tmp_path)]
    subprocess.run(draw, capture_output=True, check=True)
    output = tmp_path / "Gridbrush-setup.exe"
    icon = tmp_path / "gridbrush.ico"

    def compiled(*more: str, **extra: str) -> bytes:
        defined = {"VERSION": "1.2.3", "PROGRAM": program, "ICON": icon, "OUTPUT": output, **extra}
        words = [f"-D{name}={value}" for name, value in defined.items()]
        script = PACKAGING / "windows" / "gridbrush.nsi"
        command = ["makensis", "-V2", "-WX", *more, *words, str(script)]
        done = subprocess.run(command, capture_output=True, check=False, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        return output.read_bytes()

    return compiled


def test_the_installer_for_windows_compiles(installer: Callable[..., bytes]) -> None:
    assert installer()[:2] == b"MZ"


def test_the_uninstaller_can_be_taken_out_signed_and_put_back(
    installer: Callable[..., bytes], tmp_path: Path
) -> None:
    taken = tmp_path / "uninstall.exe"
    script = PACKAGING / "windows" / "uninstaller.py"
    finish = f"{sys.executable} {script} {{}} {taken}"
    installer(FINISH_UNINSTALLER=finish.format("out"))
    assert taken.read_bytes()[:2] == b"MZ"
    with taken.open("ab") as file:
        file.write(bytes(200_000))  # as much longer as no signature is, so that it shows
    plain = installer("-XSetCompress off")
    signed = installer("-XSetCompress off", FINISH_UNINSTALLER=finish.format("in"))
    assert len(signed) - len(plain) > 100


def test_an_uninstaller_that_cannot_be_signed_stops_the_installer(
    installer: Callable[..., bytes], tmp_path: Path
) -> None:
    script = PACKAGING / "windows" / "uninstaller.py"
    missing = f"{sys.executable} {script} in {tmp_path / 'none.exe'}"
    with pytest.raises(AssertionError):
        installer(FINISH_UNINSTALLER=missing)


def test_the_installer_asks_for_no_rights_and_removes_nothing_of_the_user() -> None:
    text = (PACKAGING / "windows" / "gridbrush.nsi").read_text(encoding="utf-8")
    assert "RequestExecutionLevel user" in text
    assert "HKLM" not in text
    removal = text.partition('Section "Uninstall"')[2]
    removed = re.findall(r"^\s+(?:RMDir(?: /r)?|Delete) (.+)$", removal, re.MULTILINE)
    assert removed
    for place in removed:
        assert place.startswith(('"$INSTDIR', '"$SMPROGRAMS\\${NAME}.lnk"')), place
    assert 'RMDir /r "$INSTDIR"' not in removal


def test_windows_gets_the_version_as_four_numbers() -> None:
    assert windows_version.numbers("1.2") == (1, 2, 0, 0)
    assert windows_version.numbers("1.2.3-rc1") == (1, 2, 3, 0)
    text = windows_version.text()
    assert f'"ProductVersion", "{identity.version()}"' in text
    compile(text.strip(), "version.txt", "eval")


def test_macos_takes_the_entitlements() -> None:
    data = (PACKAGING / "macos" / "entitlements.plist").read_bytes()
    assert plistlib.loads(data) == {"com.apple.security.cs.allow-unsigned-executable-memory": True}


def test_flatpak_reaches_the_library_and_no_more_of_the_home_folder() -> None:
    lines = (PACKAGING / "linux" / "flatpak.yaml").read_text(encoding="utf-8").splitlines()
    assert f"id: {identity.APP_ID}" in lines
    words = [line.strip(" -") for line in lines if line.strip().startswith("- --")]
    reached = [word for word in words if "filesystem" in word]
    assert reached == ["filesystem=xdg-pictures/Gridbrush:create"]
    assert "talk-name=org.freedesktop.secrets" in words


def test_the_rpm_has_all_of_the_tree() -> None:
    recipe = tree.filled((PACKAGING / "linux" / "gridbrush.spec.in").read_text("utf-8")).decode()
    assert f"Version:        {identity.version()}" in recipe
    listed = recipe.partition("%files")[2].split()
    for place in ("/usr/bin/gridbrush", "/usr/lib/gridbrush"):
        assert place in listed
    assert f"/usr/share/metainfo/{identity.APP_ID}.metainfo.xml" in listed


@pytest.mark.skipif(sys.platform == "win32", reason="stands in for a program by a script")
@pytest.mark.parametrize(
    ("said", "code", "passes"),
    [
        ('{"check":"a","ok":true}\\n{"event":"done","checks":1,"failed":0}\\n', 0, True),
        ('{"check":"a","ok":false}\\n{"event":"done","checks":1,"failed":1}\\n', 1, False),
        ('{"check":"a","ok":true}\\n', 0, False),
        ('{"event":"done","checks":0,"failed":0}\\n', 0, False),
        ("", 0, False),
    ],
)
def test_a_trial_passes_only_when_every_check_was_made(
    tmp_path: Path, said: str, code: int, *, passes: bool
) -> None:
    program = tmp_path / "gridbrush"
    program.write_text(f"#!/bin/sh\nprintf '{said}'\nexit {code}\n")
    program.chmod(0o755)
    assert trial.main(str(program), before=()) == (0 if passes else 1)


def test_a_release_waits_for_the_look_at_known_weaknesses() -> None:
    workflow = (ROOT / ".github/workflows/release.yml").read_text()
    assert "needs: [audit, linux, windows, macos]" in workflow
    assert "make audit" in workflow
    script = (PACKAGING / "audit").read_text()
    # What cannot be looked up is a failure too, and so is a tool that is not the locked one.
    assert "packaging/locked.py" in script
    assert script.count("--require-hashes") == 1
    assert "--strict" in script
    locked = (ROOT / "requirements/audit.txt").read_text()
    assert re.search(r"^pip-audit==", locked, re.MULTILINE)
    packages = re.findall(r"^[a-z0-9][^\n]*==", locked, re.MULTILINE)
    assert all(part.count("--hash=sha256:") >= 1 for part in re.split(r"(?m)^(?=\S)", locked)[1:])
    assert len(packages) > 10


def test_every_bill_of_materials_is_among_what_is_published() -> None:
    workflow = (ROOT / ".github/workflows/release.yml").read_text()
    for system in ("linux", "windows", "macos"):
        assert re.search(rf"bom\.cdx\.json \"?dist/gridbrush-{system}", workflow), system
