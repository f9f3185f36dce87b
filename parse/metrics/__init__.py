"""Losses, scores and evaluation."""
