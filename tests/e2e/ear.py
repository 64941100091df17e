"""Hears what windows tell a screen reader; run with the system's Python, which has Atspi.

One JSON object a line on standard output: the kind of event, its words, and the process that told
it. The first line says that it listens. `screen.py` reads it.

    {"pid": 4711, "kind": "announcement", "words": "4 jobs queued"}
"""

from __future__ import annotations

import contextlib
import json
import sys
from typing import Any

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402  # the version is asked for before

KINDS = {
    "object:announcement": "announcement",
    "object:property-change:accessible-name": "name",
    "object:property-change:accessible-description": "description",
    "object:state-changed:focused": "focus",
}


def tell(**said: Any) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def on_event(event: Any) -> None:
    """Tell of an event."""
    kind = next((told for name, told in KINDS.items() if event.type.startswith(name)), "")
    with contextlib.suppress(GLib.Error):
        words = event.any_data if kind == "announcement" else event.source.get_name()
        if kind == "description":
            words = event.source.get_description()
        if kind != "focus" or event.detail1:
            tell(pid=event.source.get_process_id(), kind=kind, words=str(words))


def main() -> None:
    """Listen until the program that reads this ends."""
    listener = Atspi.EventListener.new(on_event)
    for name in KINDS:
        listener.register(name)
    tell(pid=0, kind="listening", words="")
    Atspi.event_main()


if __name__ == "__main__":
    main()
