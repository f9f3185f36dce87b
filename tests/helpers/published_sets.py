"""Published layouts, built from their description: functions of a folder and pairs of picture and mask."""

import zipfile

import numpy as np
from PIL import Image

from facegen.datasets.conventions.convention_registry import CONVENTIONS
from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ

MERGED = {"l_ear": "skin", "r_ear": "skin", "eye_g": "skin", "u_lip": "lips", "l_lip": "lips", "nose": "skin",
          "hair": "person", "neck": "person", "cloth": "person"}  # fmt: skip


def ids_of(name):
    """(256,) uint8: celebamaskhq ids to those of a convention."""
    classes = CONVENTIONS[name].classes
    table = np.zeros(256, np.uint8)
    for i, one in enumerate(CELEBAMASKHQ.classes):
        one = one if one in classes else MERGED.get(one, "background")
        table[i] = classes.index(one) if one in classes else 0
    return table


def save(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.ascontiguousarray(array)).save(path)


def lapa(root, pairs):
    for i, (image, mask) in enumerate(pairs):
        part = root / ("test" if i % 4 == 3 else "train")
        save(part / "images" / f"{i}.jpg", image)
        save(part / "labels" / f"{i}.png", ids_of("lapa")[mask])
        (part / "landmarks").mkdir(exist_ok=True)
        (part / "landmarks" / f"{i}.txt").write_text("106\n" + "1 2\n" * 106)


def helen(root, pairs):
    for i, (image, mask) in enumerate(pairs):
        save(root / "images" / f"{i}_1.jpg", image)
        for one in range(11):
            drawn = (ids_of("helen")[mask] == one).astype(np.uint8)
            soft = np.asarray(Image.fromarray(drawn * np.uint8(200))) + np.uint8(20)
            save(root / "labels" / f"{i}_1" / f"{i}_1_lbl{one:02d}.png", soft)
    lists = ("exemplars", "exemplars", "tuning", "testing", *["exemplars"] * 4)  # of eight faces
    for name in set(lists):
        which = [i for i in range(len(pairs)) if lists[i % 8] == name]
        (root / f"{name}.txt").write_text("\n".join(f"{i + 1} , {i}_1" for i in which) + "\n")


def facesynthetics(root, pairs):
    for i, (image, mask) in enumerate(pairs):
        save(root / f"{i:06d}.png", image)
        save(root / f"{i:06d}_seg.png", ids_of("facesynthetics")[mask])
        (root / f"{i:06d}_ldmks.txt").write_text("1.0 2.0\n" * 70)


def easyportrait(root, pairs):
    for i, (image, mask) in enumerate(pairs):
        part = "test" if i % 4 == 3 else "train"
        save(root / "images" / part / f"a{i}.jpg", image)
        save(root / "annotations" / part / f"a{i}.png", ids_of("easyportrait")[mask])
    (root / "meta.csv").write_text("attachment_id\n")


def ibugmask(root, pairs):
    for i, (image, mask) in enumerate(pairs):
        part = root / ("test" if i % 4 == 3 else "train")
        save(part / f"a{i}.jpg", image)
        save(part / f"a{i}.png", ids_of("lapa")[mask])


def flat_parts(root, pairs, images="CelebA-HQ-img", masks="CelebAMaskHQ-mask-anno", deep=""):
    for i, (image, mask) in enumerate(pairs):
        save(root / deep / images / f"{i}.jpg", image)
        for one in np.unique(mask)[1:]:
            drawn = (mask == one)[..., None].repeat(3, 2) * np.uint8(255)
            save(root / deep / masks / f"{i:05d}_{CELEBAMASKHQ.classes[one]}.png", drawn)


def merged(root, pairs):
    for i, (image, mask) in enumerate(pairs):
        save(root / "CelebA-HQ-img" / f"{i}.jpg", image)
        save(root / "CelebAMask-HQ-masks" / f"{i:05d}.png", mask)


SETS = {
    "lapa": (lapa, "lapa", "lapa"),
    "helen": (helen, "helen", "helen"),
    "facesynthetics": (facesynthetics, "facesynthetics", "facesynthetics"),
    "easyportrait": (easyportrait, "easyportrait", "easyportrait"),
    "ibugmask": (ibugmask, "ibugmask", "lapa"),
    "parts": (flat_parts, "celebamaskhq", "celebamaskhq"),
    "merged": (merged, "celebamaskhq-merged", "celebamaskhq"),
}


def zipped(folder, target):
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*.*")):
            archive.write(path, f"outer/{path.relative_to(folder).as_posix()}")
    return target
