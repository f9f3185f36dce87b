"""Glasses: one file a shape, each adds its entry to `glasses_registry.GLASSES_FRAMES`."""
