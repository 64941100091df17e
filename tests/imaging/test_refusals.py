"""Each fault of the decoding processes has a sentence, under a title that fits it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from studio.common.errors import NotDecoded
from studio.imaging import comparer, decoder
from studio.imaging.decoder import Decoder
from tests.source_files import nodes, parsed, texts_with

IMAGING = Path(decoder.__file__).parent
PROCESS = comparer.ComparingProcess()
"""It is not started for this."""

NOT_READ = {
    "missing", "denied", "not_a_file", "empty", "not_a_picture", "no_decoder", "too_large",
    "too_slow", "unreadable",
}  # fmt: skip
"""Faults that keep a picture from being read; others refuse one that can be."""


def faults() -> set[str]:
    """Names of the faults in the source."""
    found: set[str] = set()
    # What does not name it is not parsed, in each of the processes that collect this.
    for _name, source in texts_with("DecodeRefused", folder=IMAGING):
        for node in nodes(parsed(source)):
            if isinstance(node, ast.Call) and "DecodeRefused" in ast.dump(node.func):
                name = node.args[0]
                assert isinstance(name, ast.Constant), ast.unparse(node)
                found.add(str(name.value))
    return found


def test_the_faults_are_found() -> None:
    assert {"cmyk", "sixteen_bits", "no_region", "missing"} <= faults()
    assert faults() >= NOT_READ


@pytest.mark.parametrize("fault", sorted(faults()))
def test_only_a_picture_that_cannot_be_read_is_called_so(fault: str) -> None:
    error = PROCESS.error_of(fault, Path("harbour.png"), "")
    assert (error.title == "The picture cannot be read") == (fault in NOT_READ)
    assert ("damaged" in error.message) == (fault == "unreadable")


@pytest.mark.parametrize("fault", decoder.PROCESS_FAULTS)
@pytest.mark.parametrize("process", [PROCESS, Decoder()])
def test_a_fault_of_the_process_is_none_of_the_picture(process: Decoder, fault: str) -> None:
    assert isinstance(process.error_of(fault, Path("harbour.png"), ""), NotDecoded)
