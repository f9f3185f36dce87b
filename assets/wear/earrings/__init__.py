"""Earrings: one file a kind, each adds its entry to `jewellery_registry.EARRINGS`."""
