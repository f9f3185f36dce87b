"""Faces that follow a profile: conditioning, preview, assignment and refinement."""
