"""Kinds of backdrop, one a file: each adds itself to `backdrop_registry.BACKDROPS`."""
