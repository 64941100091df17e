"""Exporting process: like the decoding process, but separate from it.

Started as `gridbrush --worker export`, with a lower priority. It returns the bytes of a copy and
writes nothing, so it runs in the same sandbox as the other processes.
"""

from __future__ import annotations

import sys

from studio.config.environment import keep_memory_private
from studio.imaging import export_jobs, worker

MEMORY = 3 << 30
"""Limit of address space in bytes, as for decoding: for a picture, its copy and the encoder."""

_NICE = 10
"""Niceness above that of the decoding process, so that grid and loupe come first."""


def main() -> int:
    """Run the exporting process."""
    keep_memory_private()
    return worker.serve(export_jobs.JOBS, memory=MEMORY, nice=_NICE)


if __name__ == "__main__":
    sys.exit(main())
