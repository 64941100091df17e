"""Decoding, inspection and conversion of picture files."""
