"""Entities, events and rules of the product, without file or network access."""
