"""Originals, inputs and thumbnails on disk."""
