"""Necklaces: one file a kind, each adds its entry to `jewellery_registry.NECKLACES`."""
