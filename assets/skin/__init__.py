"""Skin: its pictures, marks on it, and borders painted on the face chart."""
