"""Heads of a rendered set built again from their specs: dense points, gaze and meshes, without Blender."""
