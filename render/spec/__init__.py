"""What a face is: FaceSpec, its ranges, overrides and sweeps. Lies below the assets."""
