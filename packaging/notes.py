"""What a release says and what it is checked by.

`notes.py text` prints the CHANGELOG's part about this version, `notes.py tag NAME` fails where the
tag is not this version's, `notes.py sums FILE...` prints SHA256SUMS, and `notes.py feed LINK WORDS`
what is put at the address that programs ask for newer versions (studio/app/updates.py).
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path

import identity


def main(arguments: list[str]) -> int:
    """One of the four."""
    match arguments:
        case ["text"]:
            print(text((identity.ROOT / "CHANGELOG.md").read_text(encoding="utf-8")))
        case ["tag", name]:
            if name.removeprefix("v") != identity.version():
                print(f"{name} is not the tag of {identity.version()}.", file=sys.stderr)
                return 1
        case ["sums", *files] if files:
            print(sums([Path(name) for name in files]), end="")
        case ["feed", link, words]:
            said = {"version": identity.version(), "notes": words, "link": link}
            print(json.dumps(said, ensure_ascii=False))
        case _:
            usage = "usage: notes.py text | tag NAME | sums FILE... | feed LINK WORDS"
            print(usage, file=sys.stderr)
            return 2
    return 0


def text(changelog: str, version: str | None = None) -> str:
    """The part about a version, without its heading. Raises SystemExit where there is none."""
    version = version or identity.version()
    parts = re.split(r"^## \[([^]]+)\].*$", changelog, flags=re.MULTILINE)
    found = dict(zip(parts[1::2], parts[2::2], strict=True)).get(version, "").strip()
    if not found:
        raise SystemExit(f"CHANGELOG.md says nothing about {version}.")
    return found


def sums(files: list[Path]) -> str:
    """A line for each file, as sha256sum reads them."""
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(files)
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
