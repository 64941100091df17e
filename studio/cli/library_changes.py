"""Changes, imports and verification by `gridbrush library`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from studio.app.core import Core
from studio.cli import choosing, remote_client
from studio.cli.output import print_result, progress, say_json
from studio.cli.owner import Line, own_or_ask
from studio.cli.stderr import complain, write_question
from studio.common import user_input
from studio.common.errors import EXIT_CODES, InputError, StorageError
from studio.common.i18n import _, ngettext, number
from studio.common.paths import Paths
from studio.domain.events import Event, PicturesAdded
from studio.library.operations import import_, import_sources, trash
from studio.library.operations.import_ import ImportProgress
from studio.remote.protocol import ChangeDone, ChangeLibrary
from studio.remote.server import carry_out, check, facts_of

SOME = 10
"""Exit code of an import that left some pictures out."""


async def change(options: Any, where: Paths) -> int:
    """Change the library, here or in the process that owns it."""
    asked = ChangeLibrary(
        action=_action(options),
        ids=_ids(options),
        name=getattr(options, "name", "") or getattr(options, "flag", ""),
        search=getattr(options, "search", "") or "",
        paths=[_word(path) for path in _paths(options)],
        stars=getattr(options, "stars", 0),
        add=list(getattr(options, "add", ())),
        remove=list(getattr(options, "untag", ())),
    )

    async def own(core: Core) -> int:
        if options.action == "import":
            return _imported(options, await _take_in(core, asked.paths))
        if options.action == "read-again":
            return _print_answers(options, await _read_again(core, asked))
        return _changed(options, await carry_out(core, asked))

    async def ask(_core: Core, line: Line) -> int:
        return _changed(options, await remote_client.change(line, asked))

    return await own_or_ask(options, where, own, ask)


async def _read_again(core: Core, asked: ChangeLibrary) -> list[dict[str, Any]]:
    """Recover the journal, then read kept answers again; returns the results of both."""
    recovered: list[dict[str, Any]] = []

    def on_event(event: Event) -> None:
        if isinstance(event, PicturesAdded):
            recovered.append({"job": event.job or "", "pictures": list(event.ids)})

    unsubscribe = core.events.subscribe(on_event)
    try:
        await core.recover()
    finally:
        unsubscribe()
    said = await carry_out(core, asked)
    return [*recovered, *said.facts["answers"]]


def _paths(options: Any) -> Sequence[str]:
    if options.action == "read-again":
        return (options.out,) if options.out else ()
    return list(getattr(options, "paths", ()))


def _ids(options: Any) -> list[str]:
    return [options.id] if options.action == "branch" else list(getattr(options, "ids", ()))


def _word(path: str) -> str:
    """A path argument made absolute, for the owner of the library."""
    try:
        return user_input.word_of(user_input.path_of(path).absolute())
    except user_input.Unusable:
        # Not a valid path: reported with the results.
        return user_input.valid(path)


def _action(options: Any) -> str:
    if options.action == "verify":
        return "fix"
    if options.action == "collect" and options.remove:
        return "uncollect"
    if options.action == "stack":
        return choosing.change_of(options)
    return str(options.action)


async def verify(core: Core, options: Any) -> int:
    """Verify every original and print problems."""
    with progress(_("Reading every original"), (await core.library.counts(0.0)).all) as done:
        report = await check(core, done)
    return _print_report(options, facts_of(report))


def _print_report(options: Any, facts: dict[str, Any]) -> int:
    damage = ("missing", "changed", "damaged_records", "damaged_inputs")
    code = StorageError.exit_code if any(facts[name] for name in damage) else 0
    if options.json:
        say_json(facts)
        return code
    for id in facts["missing"]:
        print_result(_("missing: {id}").format(id=id))
    for id in facts["changed"]:
        print_result(_("changed: {id}").format(id=id))
    for name in facts["damaged_inputs"]:
        print_result(_("damaged reference: {name}").format(name=name))
    for path in facts["orphans"]:
        print_result(_("not in the records: {path}").format(path=path))
    if facts["damaged_records"]:
        print_result(
            _("unreadable lines in the records: {n}").format(n=number(facts["damaged_records"]))
        )
    if "fixed" in facts:
        complain(
            _("Repaired: {n}").format(
                n=number(sum(facts["fixed"].values()) - facts["fixed"]["lost"])
            )
        )
    words = ngettext(
        "{sound} of {checked} original is unchanged.",
        "{sound} of {checked} originals are unchanged.",
        facts["checked"],
    )
    complain(words.format(sound=number(facts["sound"]), checked=number(facts["checked"])))
    return code


def _changed(options: Any, said: ChangeDone) -> int:
    if options.action == "verify":
        return _print_report(options, said.facts)
    if options.action == "import":
        return _imported(options, said)
    if options.action == "read-again":
        return _print_answers(options, said.facts["answers"])
    if options.action == "rebuild":
        if options.json:
            say_json({"pictures": said.number})
        else:
            words = ngettext(
                "Index rebuilt: {pictures} picture.",
                "Index rebuilt: {pictures} pictures.",
                said.number,
            )
            print_result(words.format(pictures=number(said.number)))
        return 0
    text = said.sentence or _("Nothing to change.")
    if options.json:
        say_json({"changed": bool(said.sentence), "sentence": text})
    else:
        print_result(text)
    return 0


def _print_answers(options: Any, answers: Sequence[dict[str, Any]]) -> int:
    """Print results of kept answers; returns 0, 10 if some failed, or the first error's code."""
    failed = [one for one in answers if "kind" in one]
    for one in answers:
        if options.json:
            say_json(one)
        elif "kind" in one:
            complain(" ".join(f"{one['job'][-8:]}: {one['title']}. {one['message']}".split()))
            complain(one["hint"])
        else:
            for name in one.get("files", one.get("pictures", ())):
                print_result(name)
    if not answers:
        complain(_("No kept answers."))
    if not failed:
        return 0
    return SOME if len(failed) < len(answers) else EXIT_CODES.get(failed[0]["kind"], 1)


def _imported(options: Any, said: ChangeDone) -> int:
    if options.json:
        say_json(said.facts)
    else:
        for one in said.facts.get("unreadable", ()):
            complain(f"{one['path']}: {one['reason']}")
        print_result(said.sentence)
    came = len(said.facts.get("imported", ())) + said.facts.get("known", 0)
    missed = len(said.facts.get("unreadable", ())) + sum(
        one["count"] for one in said.facts.get("left_out", ()) if one["picture"]
    )
    if not came:
        return InputError.exit_code
    return SOME if missed else 0


async def confirm_emptying(core: Core) -> None:
    """Ask for confirmation to empty the trash. Raises InputError without it."""
    found = await trash.contents(core.library.store)
    n, size = len(found.ids), _("{size} MB").format(size=number(found.bytes / 1e6, 1))
    if not n:
        return
    if sys.stdin.isatty() and sys.stderr.isatty():
        question = ngettext(
            "This deletes {n} picture in the trash, {size}. This cannot be undone. Continue? "
            "[y/N] ",
            "This deletes {n} pictures in the trash, {size}. This cannot be undone. Continue? "
            "[y/N] ",
            n,
        )
        write_question(question.format(n=number(n), size=size))
        if sys.stdin.readline().strip().lower() in ("y", "yes"):
            return
    raise InputError(
        ngettext(
            "Nothing deleted: {n} picture is in the trash, {size}",
            "Nothing deleted: {n} pictures are in the trash, {size}",
            n,
        ).format(n=number(n), size=size),
        hint=_("Add --yes to delete permanently."),
    )


async def _take_in(core: Core, paths: Sequence[str]) -> ChangeDone:
    """Import with a progress bar. Raises StorageError."""
    found, refused = import_sources.named(paths)
    neutral = core.settings.value.neutral_names
    one = import_.Import(core.library.store, core.decoder, neutral_names=neutral)
    with progress(_("Importing"), 1000) as shown:

        def tell(now: ImportProgress) -> None:
            shown(1000 * now.done // max(1, now.found))

        result = await one.run(found, tell, refused=refused)
    return ChangeDone(import_.sentence(result), len(result.ids), import_.facts(result))
