"""The append-only record log."""
