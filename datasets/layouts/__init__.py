"""Layouts of face sets on the disk, recognised and read."""
