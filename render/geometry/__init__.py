"""From a FaceSpec to posed geometry, without Blender."""
