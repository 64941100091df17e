"""`gridbrush self-test`: checks of the program's requirements on this machine.

The checks are real: a file is written, the decoding process decodes, a picture is generated offline
and stored in a library, a child process loads Qt.
"""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from studio.app.core import Core
from studio.app.core_options import CoreOptions
from studio.cli.output import print_result, say_json
from studio.common import files, i18n, paths
from studio.common.errors import StudioError
from studio.common.i18n import _, listed, number
from studio.common.paths import Paths
from studio.config import environment, system_vault
from studio.config.settings import OFFLINE
from studio.domain import prompt_variants, runs
from studio.domain.drafts import Draft
from studio.imaging.decoder import Decoder
from studio.library.query import Query

_HANG = 120
"""Limit in seconds for a hidden window; ten times what a slow machine needs."""

Check = Callable[[Paths], Awaitable[str]]


async def run(options: Any, where: Paths) -> int:
    """Run all checks; returns 1 when one fails."""
    failed = 0
    for name, check in _CHECKS:
        started = time.monotonic()
        try:
            found, passed = await check(where), True
        except StudioError as error:
            found, passed = str(error), False
        except (OSError, subprocess.SubprocessError) as error:
            found, passed = f"{type(error).__name__}: {error}", False
        failed += not passed
        seconds = round(time.monotonic() - started, 3)
        if options.json:
            say_json({"check": name, "ok": passed, "found": found, "seconds": seconds})
        else:
            state = "ok" if passed else _("FAILED")
            print_result(f"{state:8}{name}: {found}")
    if options.json:
        say_json({"event": "done", "checks": len(_CHECKS), "failed": failed})
    return 1 if failed else 0


async def _write_access(where: Paths) -> str:
    for folder in (where.library, where.data, where.cache, where.config, where.state):
        probe = folder / f".self-test-{time.monotonic_ns():x}"
        await asyncio.to_thread(files.replace, probe, b"Gridbrush")
        await asyncio.to_thread(files.remove, probe)
    return str(where.library)


# A picture of one pixel in each required format.
_SAMPLES = {
    "png": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTk"
    "SuQmCC",
    "jpeg": "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAP///////////////////////////////////////////////////"
    "///////////////////////////////////wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQA"
    "AAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AN//Z",
    "webp": "UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEADMDOJaQAA3AA/uxnAAA=",
    "avif": "AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAADrbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljd"
    "AAAAAAAAAAAAAAAAAAAAAAOcGl0bQAAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAETAAAAIAAAAChpaW5mAAA"
    "AAAABAAAAGmluZmUCAAAAAAEAAGF2MDFDb2xvcgAAAABqaXBycAAAAEtpcGNvAAAAFGlzcGUAAAAAAAAAAQAAAAEAA"
    "AAQcGl4aQAAAAADCAgIAAAADGF2MUOBAAwAAAAAE2NvbHJuY2x4AAEADQAGgAAAABdpcG1hAAAAAAAAAAEAAQQBAoM"
    "EAAAAKG1kYXQSAAoIGAAGiAhoNCAyEh/3h4UV3///4sAAAJA1jjx+3A==",
    "tiff": "SUkqAAgAAAAKAAABBAABAAAAAQAAAAEBBAABAAAAAQAAAAIBAwADAAAAhgAAAAMBAwABAAAAAQAAAAYBAwABA"
    "AAAAgAAABEBBAABAAAAjAAAABUBAwABAAAAAwAAABYBBAABAAAAAQAAABcBBAABAAAAAwAAABwBAwABAAAAAQAAAAA"
    "AAAAIAAgACAAAAAA=",
    "gif": "R0lGODdhAQABAIAAAAAAAAAAACwAAAAAAQABAAACAkQBADs=",
    "bmp": "Qk06AAAAAAAAADYAAAAoAAAAAQAAAAEAAAABABgAAAAAAAQAAADEDgAAxA4AAAAAAAAAAAAAAAAAAA==",
}


async def _decoding(where: Paths) -> str:
    decoder = Decoder()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for kind, text in _SAMPLES.items():
                path = Path(folder) / f"sample.{kind}"
                await asyncio.to_thread(path.write_bytes, base64.b64decode(text))
                await decoder.probe(path, verify=True)
    finally:
        await decoder.close()
    return _("decoder supports {kinds}").format(kinds=listed(_SAMPLES))


async def _languages(where: Paths) -> str:
    found = await asyncio.to_thread(i18n.languages, paths.resources() / "locale")
    if not found:
        raise StudioError(_("Only English is installed"))
    return listed(("en", *found))


async def _keyring(where: Paths) -> str:
    return await asyncio.to_thread(system_vault.backend_name)


async def _generation(where: Paths) -> str:
    with tempfile.TemporaryDirectory() as folder:
        core = await Core.open(paths.find(folder), CoreOptions(hold_for_key=False), environ={})
        try:
            model = core.catalogue.find(OFFLINE, OFFLINE)
            draft = Draft(prompt="A lighthouse at dusk", size="512", seed=1)
            await core.submit(runs.plan(draft, model, prompt_variants.expand(draft.prompt)))
            await core.queue.idle()
            pictures = await core.library.pictures(await core.library.rows(Query()))
            if len(pictures) != 1:
                reasons = [str(job.failure) for job in core.queue.jobs.values()]
                raise StudioError(_("No picture created"), "; ".join(reasons))
            thumbnail = await core.library.thumbnail(pictures[0], 256)
        finally:
            await core.close()
    return _("{width} × {height} px picture, thumbnail {bytes} bytes").format(
        width=pictures[0].width, height=pictures[0].height, bytes=number(len(thumbnail))
    )


async def _window(where: Paths) -> str:
    child = await asyncio.to_thread(
        subprocess.run,
        [*paths.program(), "--probe-window"],
        capture_output=True,
        text=True,
        timeout=_HANG,
        stdin=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if name != environment.KEY_VARIABLE},
        check=False,
    )
    if child.returncode != 0:
        said = (child.stderr or child.stdout).strip().splitlines()
        raise StudioError(_("Windows cannot be opened here"), said[-1] if said else "")
    return child.stdout.strip()


_CHECKS: tuple[tuple[str, Check], ...] = (
    ("write access", _write_access),
    ("decoding", _decoding),
    ("languages", _languages),
    ("keyring", _keyring),
    ("offline generation", _generation),
    ("window", _window),
)
