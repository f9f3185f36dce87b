"""Comparison of two sets, what it finds, and the page that shows it."""
