"""What this process was given by its environment."""

from __future__ import annotations

import os

KEY_VARIABLE = "GRIDBRUSH_API_KEY"
"""A key for this run only, before any other."""


def own_environment() -> dict[str, str]:
    """This process's environment, with the key that is taken out of what its children get.

    A file manager, a browser or a notification tool that the window starts has no use for it.
    """
    taken = dict(os.environ)
    os.environ.pop(KEY_VARIABLE, None)
    return taken
