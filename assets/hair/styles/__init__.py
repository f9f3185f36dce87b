"""Hair styles, one a file: each adds itself to `style_registry.HAIR_STYLES`."""
