"""Meshes: making, merging, and keeping clear of a body."""
