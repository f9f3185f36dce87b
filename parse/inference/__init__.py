"""Trained parsers applied to photos, and exported."""
