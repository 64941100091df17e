"""Second decoding of a kept answer, from its bytes as received.

A compressed answer is decoded as it arrives; unless that succeeds completely, its bytes as received
stay beside it. A later version may decode more of them, or support their encoding.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from studio.common import files
from studio.common.errors import ServiceError
from studio.common.key_redaction import SecretRedactor
from studio.generation.journal_entry import JournalEntry
from studio.providers import content_encoding
from studio.providers.charsets import is_text
from studio.providers.transport import MAX_BODY, MAX_WORDS

log = logging.getLogger(__name__)

_PIECE = 64 * 1024
_HEAD = 64
_MOST_RATIO = 16


def is_encoded(entry: JournalEntry) -> bool:
    """Whether the compressed bytes of an answer are kept, to be decoded again.

    Blocking. Raises StorageError.
    """
    if entry.encoded.exists():
        return True
    with files.storage_errors(entry.body):
        if not entry.body.exists():
            return False
        with entry.body.open("rb") as file:
            return not is_text(file.read(_HEAD))


def decode_again(entry: JournalEntry, encoding: str, key: str = "") -> None:
    """Replace the answer with a newly decoded one, if more of it can be decoded. Blocking.

    Args:
        encoding: Content-Encoding header of the answer.
        key: API key to remove from the decoded bytes.

    Idempotent, even if the process dies at any point. Raises StorageError.
    """
    source = entry.encoded if entry.encoded.exists() else entry.body
    target = files.beside(entry.body)
    size = files.write_new(target, _decoded(source, encoding, SecretRedactor((key,))))
    before = entry.body.stat().st_size if entry.body.exists() else -1
    if size and (source == entry.body or size > before):
        if source == entry.body:
            files.copy_over(source, entry.encoded)
        files.into_place(target, entry.body)
        return
    target.unlink(missing_ok=True)
    if before < 0:
        files.copy_over(source, entry.body)


def _decoded(source: Path, encoding: str, secrets: SecretRedactor) -> Iterator[bytes]:
    stream = secrets.stream()
    # Pictures hardly compress, so data that expands more than this is not an answer.
    most = min(MAX_BODY, max(MAX_WORDS, _MOST_RATIO * source.stat().st_size))
    try:
        for piece in content_encoding.decoded(_pieces(source), encoding, most):
            yield stream.redact_piece(piece)
    except ServiceError as error:
        log.info("Only a part of %s could be decoded: %s", source.parent.name, error)
    yield stream.flush_rest()


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
