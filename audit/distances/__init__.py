"""Distances between two sets: of single attributes, joint, of features and of label borders."""
