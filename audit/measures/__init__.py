"""Attributes measured on one picture and its label map; the same code for real and synthetic sets."""
