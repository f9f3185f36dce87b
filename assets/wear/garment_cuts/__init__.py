"""Garments: one file a cut, each adds its entry to `garment_registry.GARMENT_CUTS`."""
