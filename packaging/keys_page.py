"""Writes the guide's list of keys from the tables of actions and view keys: `keys_page.py FILE`.

Run with the Python of .venv, for the tables belong to the window.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import identity


def entries() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Heading, text and keys of each action and of each key of a view."""
    sys.path.insert(0, str(identity.ROOT))
    from studio.ui.app import action_table
    from studio.ui.support import view_keys

    for menu in action_table.menus():
        yield from ((menu.title, row.text.rstrip("…"), row.keys) for row in menu.rows)
    for view in view_keys.table():
        yield from ((view.title, row.text, row.keys) for row in view.rows)


def lines() -> Iterator[str]:
    """A table of Markdown for each menu whose actions have keys, and for each view."""
    having = (entry for entry in entries() if entry[2])
    for title, rows in groupby(having, key=itemgetter(0)):
        yield f"## {title}\n\n| key | does |\n|---|---|"
        for _title, text, own in rows:
            keys = dict.fromkeys(key.replace("Return", "Enter") for key in own)
            shown = " or ".join(f"{{kbd}}`{key}`" for key in keys)
            yield f"| {shown} | {text} |"
        yield ""


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines()) + "\n", encoding="utf-8")
