"""Entities, events and rules of the product, free of files and network."""
