"""Panoramas of light: each file adds its own to `hdri_registry.HDRIS`."""
