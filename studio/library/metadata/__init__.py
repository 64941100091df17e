"""Generation metadata in picture files."""
