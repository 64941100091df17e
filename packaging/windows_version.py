"""Writes what Windows shows as the details of a program: `windows_version.py FILE`.

PyInstaller reads the file.
"""

from __future__ import annotations

import sys
from pathlib import Path

import identity

TEMPLATE = """\
VSVersionInfo(
  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0x0, OS=0x40004,
                    fileType=0x1, subtype=0x0, date=(0, 0)),
  kids=[
    StringFileInfo([StringTable("040904B0", [
      StringStruct("CompanyName", "{copyright}"),
      StringStruct("FileDescription", "{title}"),
      StringStruct("FileVersion", "{version}"),
      StringStruct("InternalName", "{name}"),
      StringStruct("LegalCopyright", "{copyright}. MIT licence."),
      StringStruct("OriginalFilename", "{name}.exe"),
      StringStruct("ProductName", "{title}"),
      StringStruct("ProductVersion", "{version}"),
    ])]),
    VarFileInfo([VarStruct("Translation", [0x0409, 1200])]),
  ],
)
"""


def numbers(version: str) -> tuple[int, int, int, int]:
    """The version as four numbers; what follows a hyphen or plus is left out."""
    plain = version.partition("-")[0].partition("+")[0]
    first, second, third, *_rest = [*(int(part) for part in plain.split(".")), 0, 0]
    return (first, second, third, 0)


def text() -> str:
    """The file's text."""
    return TEMPLATE.format(
        numbers=numbers(identity.version()),
        copyright=identity.COPYRIGHT,
        title=identity.TITLE,
        name=identity.NAME,
        version=identity.version(),
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), encoding="utf-8")
