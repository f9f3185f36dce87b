"""Export formats, one a file: each adds itself to `format_registry.FORMATS`."""
