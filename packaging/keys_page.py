"""Writes the guide's list of keys from the tables of actions and view keys: `keys_page.py FILE`.

Run with the Python of .venv, for the tables belong to the window.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import identity


def lines() -> Iterator[str]:
    """A table of Markdown for each menu whose actions have keys, and for each view."""
    sys.path.insert(0, str(identity.ROOT))
    from studio.ui.app import action_table
    from studio.ui.support import view_keys

    for group in (*action_table.menus(), *view_keys.table()):
        having = [action for action in group.rows if action.keys]
        if having:
            yield f"## {group.title}\n\n| key | does |\n|---|---|"
            for action in having:
                keys = dict.fromkeys(key.replace("Return", "Enter") for key in action.keys)
                shown = " or ".join(f"{{kbd}}`{key}`" for key in keys)
                yield f"| {shown} | {action.text.rstrip('…')} |"
            yield ""


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines()) + "\n", encoding="utf-8")
