"""Scenes, shaders and passes. Imports bpy: worker processes only, but for cycles_settings."""
