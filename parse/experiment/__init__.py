"""The experiment of `train-eval`: which parsers are trained, on what, and how the gap is split."""
