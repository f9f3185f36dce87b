"""Networks, their checkpoints and features."""
