"""Execution of one command on an event loop."""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from studio.cli import output, parser
from studio.cli.parser import ParsedArguments
from studio.cli.stderr import complain
from studio.common import log_files, paths
from studio.common.billing import hint_with_warning
from studio.common.errors import StorageError, StudioError, UsageError
from studio.common.files import storage_error
from studio.common.i18n import _

log = logging.getLogger(__name__)

Command = Callable[[ParsedArguments, paths.Paths], Awaitable[int]]

INTERRUPTED = 130


def run(options: ParsedArguments) -> int:
    """Run a command; returns its exit code."""
    output.prepare()
    try:
        where = paths.find(options.home)
    except StudioError as error:
        complain(error.title, error.message, hint_with_warning(error))
        return error.exit_code
    end_logs = log_files.install(where, options.log_level.upper())
    try:
        module = importlib.import_module(f"studio.cli.{(options.command or '').replace('-', '_')}")
        command: Command = module.run
        with asyncio.Runner() as runner:
            return _after_loss(runner.run(run_command(command, options, where)))
    except KeyboardInterrupt:
        complain(_("Interrupted."))
        return INTERRUPTED
    except Exception:
        log.exception("A bug ended the command")
        complain(
            _("Something went wrong inside Gridbrush."),
            _("Details are in {file}; please report them.").format(
                file=where.log_folder / log_files.FILE
            ),
        )
        return StudioError.exit_code
    finally:
        end_logs()


def _after_loss(code: int) -> int:
    if (error := output.lost()) is None:
        return code
    complain(_("The results could not be written: {reason}.").format(reason=error.strerror))
    return code or StorageError.exit_code


async def run_command(command: Command, options: ParsedArguments, where: paths.Paths) -> int:
    """Run a command on the loop; prints its error and returns its exit code."""
    task = asyncio.current_task()
    if task is not None and hasattr(signal, "SIGTERM") and sys.platform != "win32":
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        parser.check_text(options)
        return await command(options, where)
    except UsageError as error:
        complain(f"{error.title}. {error.message}".strip(), error.hint)
        return 2
    except StudioError as error:
        complain(error.title, error.message, hint_with_warning(error))
        return error.exit_code
    except OSError as error:
        if error.filename is None:
            raise
        # An invalid name, or a disk that was disconnected.
        log.info("The system refused", exc_info=error)
        told = storage_error(error, Path(os.fsdecode(error.filename)))
        complain(told.title, told.message, hint_with_warning(told))
        return told.exit_code
    except asyncio.CancelledError:
        return INTERRUPTED
