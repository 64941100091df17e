"""Entities, events and rules of the product, without files and network."""
