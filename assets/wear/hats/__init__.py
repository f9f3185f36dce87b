"""Hats: one file a kind, each adds its entry to `hat_registry.HATS`."""
