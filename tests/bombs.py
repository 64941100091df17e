"""Compression bombs."""

from __future__ import annotations

import functools
import struct
import zlib

_BLOCK = 1 << 20


@functools.cache
def gzip_bomb(begin: bytes, megabytes: int, sign: bytes = b" ") -> bytes:
    """A whole gzip file of `begin` and so many megabytes of one sign.

    One megabyte is compressed, and stands there again and again: to compress 300 takes a second.
    """
    block = sign * _BLOCK
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    first = packer.compress(begin) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = zlib.crc32(begin)
    for _number in range(megabytes):
        checksum = zlib.crc32(block, checksum)
    length = (len(begin) + megabytes * _BLOCK) & 0xFFFF_FFFF
    head = b"\x1f\x8b\x08\0\0\0\0\0\x02\xff"
    return head + first + again * megabytes + packer.flush() + struct.pack("<II", checksum, length)
