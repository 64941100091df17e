"""`gridbrush key`: set, test, delete, status. A key is never passed as an argument."""

from __future__ import annotations

import asyncio
import getpass
import sys
from typing import Any

from studio.app.core import Core
from studio.cli import stdin
from studio.cli.core_session import opened
from studio.cli.output import print_result, say_json
from studio.cli.stderr import complain
from studio.common.errors import InputError, KeyMissing
from studio.common.i18n import _
from studio.common.paths import Paths
from studio.config.credentials import KeyStatus
from studio.config.settings import OFFLINE


async def run(options: Any, where: Paths) -> int:
    """Run the action; returns 4 without a usable key, 6 if the service cannot be reached."""
    async with opened(options, where) as core:
        profile = options.provider or _profile(core)
        core.profile(profile)
        match options.action:
            case "set":
                return _print_status(options, await core.keys.store(profile, await _read_key()))
            case "delete":
                await core.keys.delete_key(profile)
                return _print_status(options, await core.keys.check_keyring(profile), wanted=False)
            case "status":
                return _print_status(options, await core.keys.check_keyring(profile))
            case _:
                sentence = await core.test_key(profile)
                if options.json:
                    say_json({"profile": profile, "ok": True, "sentence": sentence})
                else:
                    print_result(sentence)
                return 0


def _profile(core: Core) -> str:
    # The offline painter has no key: the default is a service's profile.
    return core.environment_profile if core.default_profile == OFFLINE else core.default_profile


async def _read_key() -> str:
    if sys.stdin.isatty():
        key = await asyncio.to_thread(getpass.getpass, _("Key (not shown): "))
    else:
        key = await stdin.line()
    if not key.strip():
        raise InputError(_("No key"), hint=_("Type it at the prompt, or pipe it in."))
    return key


def _print_status(options: Any, status: KeyStatus, *, wanted: bool = True) -> int:
    # A key kept for the session only is lost when this command ends.
    kept = status.saved if options.action == "set" else status.usable
    if options.json:
        say_json(
            {
                "profile": status.profile,
                "source": status.source,
                "state": status.state,
                "sentence": status.sentence,
            }
        )
    elif kept or options.action != "set":
        print_result(status.sentence)
    if options.action == "set" and not kept:
        complain(
            _("Key not stored: {reason}. For a single run, use GRIDBRUSH_API_KEY.").format(
                reason=status.reason
            )
        )
    return KeyMissing.exit_code if wanted and not kept else 0
