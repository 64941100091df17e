"""Printers of a generation's events: JSON lines, plain lines, or progress bars in a terminal."""

from __future__ import annotations

import time
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from studio.cli import drawing
from studio.cli.output import print_result, say_json
from studio.cli.stderr import complain
from studio.common.billing import billed_sentence
from studio.common.i18n import _, number
from studio.common.terminal import harmless
from studio.domain.entities import Failure, Job, JobState, Picture


class Printer(Protocol):
    """Prints the events of a generation."""

    def __enter__(self) -> Printer: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
    def job(self, job: Job, before: Job | None) -> None: ...
    def picture(self, job: str, picture: Picture, path: Path, copy: Path | None) -> None: ...
    def done(self, images: int, failed: int) -> None: ...


def printer_for(options: Any) -> Printer:
    """The printer for these options and streams."""
    if options.json:
        return JsonLines()
    if drawing.can_draw():
        return ProgressBars()
    return PlainLines()


class _BasePrinter:
    """Base of printers that need no closing."""

    def __enter__(self) -> Any:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None


class JsonLines(_BasePrinter):
    """One JSON object per line, as in the command line's contract."""

    def job(self, job: Job, before: Job | None) -> None:
        _tell_late(job, before)
        head: dict[str, Any] = {"job": job.id}
        if before is None:
            say_json(
                {
                    "event": "queued",
                    **head,
                    "prompt": job.request.prompt,
                    "model": job.request.model,
                    "estimate_usd": job.estimate_usd,
                }
            )
        match job.state:
            case JobState.WAITING if before is None or before.state is not JobState.WAITING:
                say_json({"event": "started", **head})
            case JobState.RECEIVING:
                say_json(
                    {
                        "event": "progress",
                        **head,
                        "received": job.received,
                        "elapsed": _elapsed(job),
                    }
                )
            case JobState.RETRYING:
                say_json(
                    {
                        "event": "retrying",
                        **head,
                        "in": round(max(0.0, (job.retry_at or 0.0) - _now()), 2),
                        "attempt": job.attempt + 1,
                        "reason": job.retry_reason,
                    }
                )
            case JobState.FAILED | JobState.CANCELLED if job.failure:
                failure = job.failure
                say_json(
                    {
                        "event": "failed",
                        **head,
                        "kind": failure.kind,
                        "title": failure.title,
                        "message": failure.message,
                        "hint": failure.hint,
                        "billed": failure.billed,
                        "request_id": failure.request_id,
                        **({"retry_at": failure.retry_at} if failure.retry_at else {}),
                    }
                )
            case _:
                pass

    def picture(self, job: str, picture: Picture, path: Path, copy: Path | None) -> None:
        say_json(
            {
                "event": "image",
                "job": job,
                **picture_facts(picture, path),
                **({"copy": str(copy)} if copy else {}),
            }
        )

    def done(self, images: int, failed: int) -> None:
        say_json({"event": "done", "images": images, "failed": failed})


def picture_facts(picture: Picture, path: Path) -> dict[str, Any]:
    """Facts of a picture for the command line's JSON."""
    return {
        "id": picture.id,
        "path": str(path),
        "sha256": picture.sha256,
        "media_type": picture.media_type,
        "width": picture.width,
        "height": picture.height,
        "bytes": picture.bytes,
        "draft": picture.draft,
        "cost_usd": picture.cost_usd,
        "cost_basis": picture.cost_basis,
        "warnings": list(picture.warnings),
        "seed": picture.seed,
        "model": picture.model,
        "prompt": picture.prompt,
        # A derivation is recorded only if none of these pixels differs.
        **({} if picture.derivation is None else {"outside_changed": 0}),
    }


class PlainLines(_BasePrinter):
    """Plain lines: paths on standard output, the rest on standard error."""

    def job(self, job: Job, before: Job | None) -> None:
        _tell_late(job, before)
        name = _name(job)
        match job.state:
            case JobState.WAITING if before is None or before.state is not JobState.WAITING:
                # Translators: {name} is a job, by the beginning of its prompt.
                complain(_("{name}: sent to {model}").format(name=name, model=job.request.model))
            case JobState.QUEUED if job.send_at and not (before and before.send_at):
                complain(
                    # Translators: {name} is a job, by the beginning of its prompt.
                    _("{name}: waiting for the rate limit, {delay} s").format(
                        name=name, delay=number(max(0.0, job.send_at - _now()))
                    )
                )
            case JobState.RETRYING:
                complain(
                    # Translators: {name} is a job, by the beginning of its prompt.
                    _("{name}: {reason}, trying again in {delay} s").format(
                        name=name,
                        reason=job.retry_reason,
                        delay=number(max(0.0, (job.retry_at or 0.0) - _now())),
                    )
                )
            case JobState.FAILED | JobState.CANCELLED if job.failure:
                failure = job.failure
                complain(
                    f"{name}: {failure.title}",
                    failure.message,
                    failure.hint,
                    billed_sentence(failure.billed),
                    _again(failure),
                )
            case _:
                pass

    def picture(self, job: str, picture: Picture, path: Path, copy: Path | None) -> None:
        for warning in picture.warnings:
            complain(f"{picture.name}: {warning}")
        print_result(str(copy or path))

    def done(self, images: int, failed: int) -> None:
        if failed:
            complain(
                _("{images} made, {failed} failed").format(
                    images=number(images), failed=number(failed)
                )
            )


def _name(job: Job) -> str:
    return harmless(job.name or job.request.prompt[:40], lines=False)


def _tell_late(job: Job, before: Job | None) -> None:
    """Print once that a job is late."""
    if job.late and not (before is not None and before.late):
        complain(
            # Translators: {name} is a job, by the beginning of its prompt.
            _("{name}: later than expected; still waiting, press Ctrl+C to cancel").format(
                name=_name(job)
            )
        )


def _again(failure: Failure) -> str:
    if failure.retry_at is None:
        return ""
    at = time.strftime("%Y-%m-%d %H:%M", time.localtime(failure.retry_at))
    return _("The service accepts no requests before {time}.").format(time=at)


class ProgressBars(PlainLines):
    """A row for each running job, in a terminal."""

    def __init__(self) -> None:
        self._rows = drawing.LiveRows()
        self._of_jobs: dict[str, drawing.Row] = {}

    def __enter__(self) -> ProgressBars:
        self._rows.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._rows.stop()

    def job(self, job: Job, before: Job | None) -> None:
        if job.state in (JobState.WAITING, JobState.RECEIVING):
            if job.late and not (before is not None and before.late):
                with self._rows.out_of_the_way():
                    _tell_late(job, before)
            if job.id not in self._of_jobs:
                self._of_jobs[job.id] = self._rows.add(_name(job))
            self._of_jobs[job.id].done = job.received
            return
        self._end_row(job.id)
        with self._rows.out_of_the_way():
            super().job(job, before)

    def picture(self, job: str, picture: Picture, path: Path, copy: Path | None) -> None:
        self._end_row(job)
        with self._rows.out_of_the_way():
            super().picture(job, picture, path, copy)

    def _end_row(self, job: str) -> None:
        if (row := self._of_jobs.pop(job, None)) is not None:
            self._rows.remove(row)


def _now() -> float:
    return time.time()


def _elapsed(job: Job) -> float:
    return round(_now() - job.started, 2) if job.started else 0.0
