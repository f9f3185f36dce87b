"""Profiles: the joint distribution of attributes, fitted, written by hand, stored and sampled."""
