"""Files: pictures, samples, dataset.json; written whole or not at all."""
