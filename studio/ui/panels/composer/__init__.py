"""Composer: source and references, prompt, choices, and Generate."""
