"""Scenes, shaders and passes. Imports bpy: worker processes only."""
