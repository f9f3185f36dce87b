"""Public label conventions, one a file: each adds itself to `convention_registry.CONVENTIONS`."""
