"""`gridbrush generate`: the same queue and library as the window."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from studio.app.core import Core
from studio.cli import advanced, markup, stdin
from studio.cli.owner import Line, own_or_ask
from studio.cli.printers import printer_for
from studio.cli.progress import LocalBackend, RunBackend, RunWatcher
from studio.cli.remote_client import RemoteBackend
from studio.cli.stderr import complain, write_question
from studio.common import user_input
from studio.common.errors import BudgetError, InputError, ModelError, UsageError
from studio.common.i18n import _, listed, ngettext, number
from studio.common.paths import Paths, of_user
from studio.config.settings import OFFLINE
from studio.domain import budget, prompt_variants, runs
from studio.domain.drafts import MATCH, Draft
from studio.domain.entities import Picture, Reference, Role
from studio.domain.markup import Markup
from studio.domain.models import Model, ModelState
from studio.domain.request_fields import choice_warnings
from studio.library.files import save_copies


async def run(options: Any, where: Paths) -> int:
    """Generate pictures; returns 0 when all arrived."""
    prompt = await _prompt(options)
    _check(options, prompt)
    return await own_or_ask(
        options, where, partial(_own, options, prompt), partial(_generate_remotely, options, prompt)
    )


async def _own(options: Any, prompt: str, core: Core) -> int:
    await core.recover()
    return await _make(core, LocalBackend(core), options, prompt)


async def _generate_remotely(options: Any, prompt: str, core: Core, line: Line) -> int:
    """Let the process that owns the library generate the pictures, and print them here."""
    return await _make(core, RemoteBackend(core, line), options, prompt)


async def _make(core: Core, maker: RunBackend, options: Any, prompt: str) -> int:
    planned = await _plan(core, maker, options, prompt)
    _confirm(planned, options)
    await _check_budget(core, maker, planned, options)
    out = await _folder(core, options.out)
    with printer_for(options) as printer:
        return await RunWatcher(core, maker, printer, out).generate(planned)


async def _prompt(options: Any) -> str:
    if options.prompt != "-":
        return str(options.prompt)
    return await stdin.text()


def _check(options: Any, prompt: str) -> None:
    if not prompt.strip() and not (options.edit or options.continues or options.ref):
        raise InputError(_("The prompt is empty"), hint=_("Describe the picture."))
    if not 1 <= options.count <= prompt_variants.MOST:
        raise UsageError(
            _("--count must be between 1 and {most}").format(most=number(prompt_variants.MOST))
        )
    markup.check(options)


async def _plan(core: Core, maker: RunBackend, options: Any, prompt: str) -> runs.Run:
    id = options.edit or options.continues
    source = await core.library.resolve(id) if id else None
    profile, model = _choose(core, options, source if options.continues else None)
    # Checked before references are copied into the library.
    runs.check_references(len(options.ref) + (source is not None), model)
    references = await _references(core, maker, options, source)
    drawn = Markup() if source is None else await markup.read(options, source, maker)
    aspect = options.aspect or (MATCH if references else _first(model.aspects, "1:1"))
    draft = Draft(
        prompt=prompt,
        references=references,
        profile=profile,
        model=model.id,
        aspect=aspect,
        size=options.size or _first(model.sizes, "1K", prefer="1K"),
        count=options.count,
        seed=options.seed,
        continues=bool(options.continues),
        advanced=await advanced.read(options),
        markup=drawn,
    )
    if options.continues and runs.goes_on_with(draft, model) is None:
        complain(
            # Translators: {id} is a model.
            _("The conversation cannot continue from {id}; only the picture is sent.").format(
                id=model.id
            )
        )
    planned = runs.plan(draft, model, prompt_variants.expand(prompt))
    for sentence in choice_warnings(model.id, runs.left_out(draft, model)):
        complain(sentence)
    for sentence in runs.limit_warnings(draft, model).sentences:
        complain(sentence)
    return planned


def _first(values: tuple[str, ...], usual: str, *, prefer: str = "") -> str:
    if prefer in values:
        return prefer
    return values[0] if values else usual


def _choose(core: Core, options: Any, continued: Picture | None) -> tuple[str, Model]:
    """Profile and model: from the options, the continued picture or the settings, in this order."""
    if continued is not None and continued.profile and not (options.model or options.provider):
        return continued.profile, core.catalogue.find(continued.profile, continued.model)
    profile = core.default_profile
    painted = {model.id for model in core.catalogue.models(OFFLINE)}
    if options.model and not options.provider:
        if options.model in painted:
            profile = OFFLINE
        elif profile == OFFLINE:
            profile = core.environment_profile
    id = options.model or core.catalogue.default(profile)
    if profile == OFFLINE and id not in painted:
        raise ModelError(
            # Translators: {id} is a model.
            _("The offline painter has no model {id}").format(id=id),
            _("Available: {models}.").format(models=listed(sorted(painted))),
            hint=_("`gridbrush models` lists them."),
        )
    model = core.catalogue.find(profile, id)
    if model.state in (ModelState.RETIRED, ModelState.DEPRECATED):
        complain(f"{id}: {model.note}")
    return profile, model


async def _references(
    core: Core, maker: RunBackend, options: Any, source: Picture | None
) -> tuple[Reference, ...]:
    found: list[Reference] = []
    if source is not None:
        kept = await maker.keep_input(
            core.library.path(source), role=Role.EDIT, name=source.name, picture=source.id
        )
        found.append(replace(kept, talk=source.talk))
    for role, name in options.ref:
        path = user_input.path_of(name)
        user_input.stat_file(path, most=user_input.MOST_REFERENCE)
        found.append(await maker.keep_input(path, role=role, name=path.stem))
    return tuple(found)


def _confirm(planned: runs.Run, options: Any) -> None:
    if not planned.needs_confirmation or options.yes:
        return
    count = len(planned.requests)
    question = ngettext(
        "This makes {count} picture. Continue? [y/N] ",
        "This makes {count} pictures. Continue? [y/N] ",
        count,
    ).format(count=number(count))
    if sys.stdin.isatty() and sys.stderr.isatty():
        write_question(question)
        if sys.stdin.readline().strip().lower() in ("y", "yes"):
            return
    raise InputError(
        ngettext(
            "Nothing sent: this would make {count} picture",
            "Nothing sent: this would make {count} pictures",
            count,
        ).format(count=number(count)),
        hint=_("Add --yes to make more than 16 at once."),
    )


async def _check_budget(core: Core, maker: RunBackend, planned: runs.Run, options: Any) -> None:
    """Warn near the month's budget. Raises BudgetError for a run that exceeds it."""
    limit = core.settings.value.budget_usd
    if not limit or planned.total_usd == 0.0:
        return
    now, month = await maker.standing(), _("this month")
    if words := budget.question(now, planned.total_usd, month):
        if not options.over_budget:
            raise BudgetError(
                _("Nothing sent: above the monthly budget"),
                words,
                hint=_("Add --over-budget to send it anyway."),
            )
        complain(words)
    elif words := budget.approach(now, planned.total_usd, month):
        complain(words)


async def _folder(core: Core, name: str | None) -> Path | None:
    if name is None:
        return None
    folder = of_user(name)
    await asyncio.to_thread(save_copies.prepare_folder, folder, core.library.folder)
    return folder
