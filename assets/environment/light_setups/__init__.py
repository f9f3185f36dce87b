"""Ways of lighting a face, one a file: each adds itself to `light_registry.LIGHTS`."""
