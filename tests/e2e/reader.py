"""Reads windows as a screen reader does; run with the system's Python, which has pyatspi.

One JSON object a line: a request on standard input, its answer on standard output. `screen.py`
speaks to it. A thing in a window is known by a number, as long as this process lives.

    {"do": "find", "pid": 4711, "role": "button", "name": "Generate"}
    {"found": [{"id": 7, "role": "button", "name": "Generate", ...}]}
"""

from __future__ import annotations

import contextlib
import itertools
import json
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import gi

gi.require_version("Atspi", "2.0")
import pyatspi  # noqa: E402  # the version of Atspi is asked for before
from gi.repository import Atspi, GLib  # noqa: E402  # as above

MOST_CHILDREN = 400
"""Of a longer list only the first are looked through: a gallery may have a million."""

PATIENCE = 60_000
"""Milliseconds a program may take to answer; a program that hangs is an error, not a wait."""

RENAMED = {"push button": "button"}
"""Roles that releases of AT-SPI name differently, with their newest names (2.56 and later)."""

_numbers = itertools.count(1)
_known: dict[int, Any] = {}


def application(pid: int) -> Any:
    """The program with this process id, None while it is not on the bus."""
    desktop = pyatspi.Registry.getDesktop(0)
    for number in range(desktop.childCount):
        with contextlib.suppress(GLib.Error, LookupError):
            program = desktop.getChildAtIndex(number)
            if program is not None and program.get_process_id() == pid:
                # What was read before may be stale: nobody pumps the bus's events here.
                program.set_cache_mask(Atspi.Cache.NONE)
                return program
    return None


def walk(root: Any) -> Iterator[Any]:
    """Everything below, the nearest first."""
    waiting = deque([root])
    while waiting:
        thing = waiting.popleft()
        yield thing
        with contextlib.suppress(GLib.Error):
            for number in range(min(thing.childCount, MOST_CHILDREN)):
                child = thing.getChildAtIndex(number)
                if child is not None:
                    waiting.append(child)


def role_of(thing: Any) -> str:
    """Name of its role, the same with every release of AT-SPI."""
    return newest(thing.getRoleName())


def newest(role: str) -> str:
    """Newest name of a role; requests may use the older one as well."""
    return RENAMED.get(role, role)


def told(thing: Any) -> dict[str, Any]:
    """What is known of a thing."""
    number = next(_numbers)
    _known[number] = thing
    answer: dict[str, Any] = {
        "id": number,
        "role": role_of(thing),
        "name": thing.name,
        "description": thing.description,
        "children": thing.childCount,
        "states": sorted(pyatspi.stateToString(state) for state in thing.getState().getStates()),
    }
    with contextlib.suppress(NotImplementedError, GLib.Error):
        place = thing.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
        answer["extents"] = [place.x, place.y, place.width, place.height]
    with contextlib.suppress(NotImplementedError, GLib.Error):
        text = thing.queryText()
        answer["text"] = text.getText(0, text.characterCount)
    with contextlib.suppress(NotImplementedError, GLib.Error):
        answer["value"] = thing.queryValue().currentValue
    with contextlib.suppress(NotImplementedError, GLib.Error):
        acting = thing.queryAction()
        answer["actions"] = [acting.getName(number) for number in range(acting.nActions)]
    return answer


def find(asked: dict[str, Any]) -> dict[str, Any]:
    """Everything that fits: role, name, part of the name, and visible unless told otherwise."""
    root = _known[asked["within"]] if "within" in asked else application(asked["pid"])
    most = asked.get("most", 50)
    found = []
    things, nearest_first = candidates(root, asked) if root is not None else ([], True)
    for thing in things:
        with contextlib.suppress(GLib.Error):
            if fits(thing, asked):
                found.append(thing)
                if nearest_first and len(found) == most:
                    break
    if not nearest_first and len(found) > 1:
        found.sort(key=depth)
    told_of = []
    for thing in found[:most]:
        with contextlib.suppress(GLib.Error):
            told_of.append(told(thing))
    return {"found": told_of}


def candidates(root: Any, asked: dict[str, Any]) -> tuple[Iterable[Any], bool]:
    """What may fit, and whether the nearest comes first.

    The program itself looks for it where it can: it has hundreds of things, and each question about
    one of them takes its time.
    """
    collection = root.get_collection_iface()
    roles = ROLES.get(newest(asked.get("role", "")))
    if collection is None or roles is None or not asked.get("showing", True):
        return walk(root), True
    rule = Atspi.MatchRule.new(
        Atspi.StateSet.new([Atspi.StateType.SHOWING]), Atspi.CollectionMatchType.ALL,
        {}, Atspi.CollectionMatchType.ALL,
        roles, Atspi.CollectionMatchType.ANY,
        [], Atspi.CollectionMatchType.ALL,
        False,
    )  # fmt: skip
    try:
        matches: list[Any] = collection.get_matches(
            rule, Atspi.CollectionSortOrder.CANONICAL, 0, True
        )
    except GLib.Error:
        return walk(root), True
    return matches, False


def depth(thing: Any) -> int:
    """How far it is from the top; what is gone is far away."""
    steps = 0
    with contextlib.suppress(GLib.Error):
        while (thing := thing.get_parent()) is not None:
            steps += 1
        return steps
    return sys.maxsize


def fits(thing: Any, asked: dict[str, Any]) -> bool:
    """Whether a thing is what is asked for."""
    if "name" in asked and thing.name != asked["name"]:
        return False
    if "part" in asked and asked["part"] not in thing.name:
        return False
    if "role" in asked and role_of(thing) != newest(asked["role"]):
        return False
    if asked.get("showing", True):
        return bool(thing.getState().contains(pyatspi.STATE_SHOWING))
    return True


def look(asked: dict[str, Any]) -> dict[str, Any]:
    """A thing again, as it is now; nothing when it is gone."""
    thing = _known[asked["id"]]
    try:
        return {"found": [told(thing)]}
    except GLib.Error:
        return {"found": []}


def child(asked: dict[str, Any]) -> dict[str, Any]:
    """One child by its place; a negative one counts from the end."""
    thing = _known[asked["id"]]
    place = asked["place"] if asked["place"] >= 0 else thing.childCount + asked["place"]
    made = thing.getChildAtIndex(place)
    return {"found": [] if made is None else [told(made)]}


def act(asked: dict[str, Any]) -> dict[str, Any]:
    """Do an action of a thing, by name."""
    acting = _known[asked["id"]].queryAction()
    names = [acting.getName(number) for number in range(acting.nActions)]
    acting.doAction(names.index(asked["action"]))
    return {"found": []}


def focus(asked: dict[str, Any]) -> dict[str, Any]:
    """Give a thing the keyboard."""
    _known[asked["id"]].queryComponent().grabFocus()
    return {"found": []}


def tree(asked: dict[str, Any]) -> dict[str, Any]:
    """All that can be seen, a line each: for the message of a test that failed."""
    program = application(asked["pid"])
    lines = []
    for thing in walk(program) if program is not None else ():
        with contextlib.suppress(GLib.Error):
            if thing.getState().contains(pyatspi.STATE_SHOWING):
                lines.append(f"{role_of(thing)} {thing.name!r} {thing.description!r}")
    return {"lines": lines}


def _roles() -> dict[str, list[Any]]:
    """Roles by the newest of their names; two of them may have the same."""
    made: dict[str, list[Any]] = {}
    for number in range(Atspi.Role.LAST_DEFINED):
        role = Atspi.Role(number)
        made.setdefault(newest(Atspi.role_get_name(role)), []).append(role)
    return made


ROLES = _roles()

DOES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "find": find,
    "look": look,
    "child": child,
    "act": act,
    "focus": focus,
    "tree": tree,
}


def main() -> None:
    """Answer until standard input ends."""
    Atspi.set_timeout(PATIENCE, PATIENCE)
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = DOES[asked["do"]](asked)
        except (GLib.Error, NotImplementedError, LookupError, ValueError) as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
