"""Comparing process, which also composes: separate from the decoding process.

Started as `gridbrush --worker compare`, with a lower priority. It decodes nothing for the window,
so that pictures open just as fast while it runs.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

from studio.config.environment import keep_memory_private
from studio.imaging import (
    compare_jobs,
    compose_jobs,
    guide_jobs,
    mark_jobs,
    seam_preview_jobs,
    worker,
)
from studio.imaging.worker_protocol import Job, Message

MEMORY = 1536 << 20
"""Limit of address space in bytes: two pictures of 8192 x 8192 and their results."""


def with_room(job: Job, request: dict[str, Any]) -> Message:
    """Do a job; if memory runs out, drop the pictures kept for previews and try again."""
    try:
        return job(request)
    except MemoryError:
        if not seam_preview_jobs.give_up():
            raise
    return job(request)


_OTHERS = compare_jobs.JOBS | compose_jobs.JOBS | guide_jobs.JOBS | mark_jobs.JOBS

JOBS: dict[str, Job] = {
    **{name: partial(with_room, job) for name, job in _OTHERS.items()},
    **seam_preview_jobs.JOBS,
}

_NICE = 10
"""Niceness above that of the decoding process, so that arrivals and thumbnails come first."""


def main() -> int:
    """Run the comparing process."""
    keep_memory_private()
    return worker.serve(JOBS, memory=MEMORY, nice=_NICE)


if __name__ == "__main__":
    sys.exit(main())
