"""The composer: source and references, prompt, choices, and Generate."""
