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
from functools import partial
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

Check = Callable[[Any, dict[str, Any]], bool]
"""Whether a thing fits what is asked for."""

_numbers = itertools.count(1)
_known: dict[int, Any] = {}


def application(pid: int) -> Any:
    """The program with this process id, None while it is not on the bus."""
    desktop = pyatspi.Registry.getDesktop(0)
    for number in range(desktop.childCount):
        with contextlib.suppress(GLib.Error, LookupError):
            program = desktop.getChildAtIndex(number)
            if program is not None and program.get_process_id() == pid:
                # What was read before may be stale: nobody pumps the bus's events here. What a
                # thing can do never changes.
                program.set_cache_mask(Atspi.Cache.INTERFACES)
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


def told(thing: Any, *, briefly: bool = False) -> dict[str, Any]:
    """What is known of a thing; `briefly` only what it is called and its states."""
    number = next(_numbers)
    _known[number] = thing
    answer: dict[str, Any] = {
        "id": number,
        "role": role_of(thing),
        "name": thing.name,
        "description": thing.description,
        "states": sorted(pyatspi.stateToString(state) for state in thing.getState().getStates()),
    }
    if briefly:
        return answer
    answer["children"] = thing.childCount
    with contextlib.suppress(NotImplementedError, GLib.Error):
        place = thing.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
        answer["extents"] = [place.x, place.y, place.width, place.height]
    with contextlib.suppress(NotImplementedError, GLib.Error):
        answer["text"] = thing.queryText().getText(0, -1)
    with contextlib.suppress(NotImplementedError, GLib.Error):
        answer["value"] = thing.queryValue().currentValue
    with contextlib.suppress(NotImplementedError, GLib.Error):
        acting = thing.queryAction()
        answer["actions"] = [acting.getName(number) for number in range(acting.nActions)]
    return answer


def find(asked: dict[str, Any]) -> dict[str, Any]:
    """Everything that fits, see `fits`; with a role the nearest first, else in the window's order.

    `most` is how many, `briefly` how much is told of them.
    """
    root = _known[asked["within"]] if "within" in asked else application(asked["pid"])
    most = asked.get("most", 50)
    found = []
    things, check = candidates(root, asked) if root is not None else ([], fits)
    sorts = check is is_called and "role" in asked
    for thing in things:
        with contextlib.suppress(GLib.Error):
            if check(thing, asked):
                found.append(thing)
                if not sorts and len(found) == most:
                    break
    if sorts and len(found) > 1:
        found.sort(key=partial(depth, root))
    told_of = []
    for thing in found[:most]:
        with contextlib.suppress(GLib.Error):
            told_of.append(told(thing, briefly=asked.get("briefly", False)))
    return {"found": told_of}


def candidates(root: Any, asked: dict[str, Any]) -> tuple[Iterable[Any], Check]:
    """What may fit, and what is still to be asked of each.

    The program itself looks for it where it can: it has hundreds of things, and each question about
    one of them takes its time.
    """
    roles = ROLES.get(newest(asked["role"])) if "role" in asked else []
    matches = None
    if roles is not None and asked.get("showing", True):
        matches = matching(root, roles, [STATES[name] for name in asked.get("states", ())])
    return (walk(root), fits) if matches is None else (matches, is_called)


def matching(root: Any, roles: list[Any], states: list[Any]) -> list[Any] | None:
    """Everything below in sight that has one of these roles, if any, and all these states.

    In the order of the window; None where the program cannot tell.
    """
    collection = root.get_collection_iface()
    if collection is None:
        return None
    # One of no roles is nothing; all of them is everything.
    kind = Atspi.CollectionMatchType.ANY if roles else Atspi.CollectionMatchType.ALL
    rule = Atspi.MatchRule.new(
        Atspi.StateSet.new([Atspi.StateType.SHOWING, *states]), Atspi.CollectionMatchType.ALL,
        {}, Atspi.CollectionMatchType.ALL,
        roles, kind,
        [], Atspi.CollectionMatchType.ALL,
        False,
    )  # fmt: skip
    try:
        found: list[Any] = collection.get_matches(
            rule, Atspi.CollectionSortOrder.CANONICAL, 0, True
        )
    except GLib.Error:
        return None
    return found


def depth(root: Any, thing: Any) -> int:
    """How far it is from the root; what is gone is far away."""
    steps = 0
    with contextlib.suppress(GLib.Error):
        while thing is not None and thing != root:
            thing = thing.get_parent()
            steps += 1
        return steps
    return sys.maxsize


def fits(thing: Any, asked: dict[str, Any]) -> bool:
    """Whether a thing is what is asked for: by its role, all its `states`, and what it is called.

    It is in sight unless told otherwise.
    """
    if not is_called(thing, asked):
        return False
    if "role" in asked and role_of(thing) != newest(asked["role"]):
        return False
    has = thing.getState().contains
    if asked.get("showing", True) and not has(pyatspi.STATE_SHOWING):
        return False
    return all(has(STATES[name]) for name in asked.get("states", ()))


def is_called(thing: Any, asked: dict[str, Any]) -> bool:
    """Whether it has this name, this part of a name, or these words in name or description."""
    if "name" in asked and thing.name != asked["name"]:
        return False
    if "part" in asked and asked["part"] not in thing.name:
        return False
    words = asked.get("words", "")
    return words in thing.name or words in thing.description if words else True


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
    things, check = candidates(program, {}) if program is not None else ([], fits)
    for thing in things:
        with contextlib.suppress(GLib.Error):
            if check(thing, {}):
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

STATES = {
    pyatspi.stateToString(state): state
    for state in map(Atspi.StateType, range(Atspi.StateType.LAST_DEFINED))
}
"""States by their names."""

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
