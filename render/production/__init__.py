"""Runs: worker processes, blocks of matched faces, the dataset folder."""
