"""Things in front of a face, one a file: each adds itself to `thing_registry.THINGS`. Sizes by eye."""
