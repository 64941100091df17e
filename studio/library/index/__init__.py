"""The SQLite index computed from the record log."""
