"""Profiles that ship with the package, one JSON file each; all aggregates, no row, pixel or name of a
person."""
