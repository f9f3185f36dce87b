"""Training data: loading, augmentation and batches."""
