"""One face, one attribute in steps: the pictures as one array, for a figure or a test of your own network.

python examples/attribute_sweep.py --attribute pose.yaw --values -40 0 40
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

import facegen

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--attribute", default="pose.yaw")
parser.add_argument("--values", type=float, nargs="+", default=[-40.0, 0.0, 40.0])
parser.add_argument("--size", type=int, default=128)
parser.add_argument("--out", type=Path, default=Path("sweep.png"))
options = parser.parse_args()

spec = facegen.draw_spec(seed=0, index=3)
pictures = [
    facegen.render_face(spec.with_(options.attribute, value), size=options.size, quality="fast").image
    for value in options.values
]
Image.fromarray(np.concatenate(pictures, axis=1)).save(options.out)
print(f"{options.attribute} at {options.values} -> {options.out}")
