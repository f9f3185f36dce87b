"""The default prior: draws of a FaceSpec."""
