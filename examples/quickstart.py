"""Render sixteen matched faces, audit them, render one face of your own, and read the set with PyTorch.

python examples/quickstart.py --out quickstart --num 16 --size 128
"""

import argparse
from pathlib import Path

import facegen

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--out", type=Path, default=Path("quickstart"))
parser.add_argument("--num", type=int, default=16)
parser.add_argument("--size", type=int, default=128)
options = parser.parse_args()

faces = facegen.render(
    options.out / "faces",
    num=options.num,
    size=options.size,
    quality="fast",
    seed=1,
    match_dist="celebamaskhq",
)
audit = facegen.audit(faces, against="celebamaskhq")
print(audit.to_frame().head())
audit.save(options.out / "audit")

spec = facegen.draw_spec(seed=0, index=3).with_("headwear.kind", "cap")
sample = facegen.render_face(spec, size=options.size, quality="fast")
print("one face:", sample.image.shape, "classes:", sorted(set(sample.mask.ravel().tolist())))

image, mask = faces.torch()[0]
print("tensors:", tuple(image.shape), tuple(mask.shape))
