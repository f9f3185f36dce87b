"""The parts of a real set."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from published_sets import zipped

from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.errors import FacegenError
from facegen.datasets.layouts.open_set import open_set
from facegen.parse.data.loaded_set import LoadedSet
from facegen.parse.experiment.real_sets import choose, open_real, seen_pictures


def test_the_parts_of_a_real_set_and_the_test_set(sets):
    parent = open_real(sets / "real")
    assert (len(parent.fit), len(parent.validate), len(parent.adapter), len(parent.test)) == (14, 2, 4, 4)
    groups = [set(one.ids) for one in (parent.fit, parent.validate, parent.adapter)]
    assert len(set.union(*groups)) == 20
    alone = open_real(sets / "real" / "train")
    assert alone.test.ids == alone.validate.ids and "validation" in alone.test_is
    assert alone.fit.ids == parent.fit.ids
    named = open_real(sets / "real" / "train", sets / "drawn")
    assert len(named.test) == 16 and str(sets / "drawn") in named.test_is


def test_training_and_test_share_no_picture(sets, tmp_path):
    real = sets / "real" / "train"
    with pytest.raises(FacegenError, match=r"20 pictures of .* are in .* too"):
        open_real(real, real)
    other = tmp_path / "other"
    shutil.copytree(sets / "drawn", other)
    names = sorted((real / "images").iterdir())[:2]
    for index, path in enumerate(names):  # under another name
        for folder in ("images", "masks"):
            source = next((real / folder).glob(f"{path.stem}.*"))
            shutil.copy(source, other / folder / f"zz{index}{source.suffix}")
    with pytest.raises(FacegenError, match="2 pictures of"):
        open_real(real, other)
    with pytest.raises(FacegenError, match="2 pictures of"):  # also in an archive
        open_real(real, zipped(other, tmp_path / "other.zip"))


def test_smaller_choices_lie_in_larger_ones(sets):
    faces = open_set(sets / "drawn")
    few, many = set(choose(faces, 5).ids), set(choose(faces, 11).ids)
    assert len(few) == 5 and few < many
    assert few != set(faces.ids[:5])
    with pytest.raises(FacegenError, match="lower --num"):
        choose(faces, 17)


@pytest.mark.skipif(
    not os.environ.get("FACEGEN_CELEBAMASKHQ"), reason="FACEGEN_CELEBAMASKHQ names no folder of real faces"
)
def test_the_real_set_splits_as_designed():
    sets = open_real(Path(os.environ["FACEGEN_CELEBAMASKHQ"]))
    assert [len(one) for one in (sets.fit, sets.validate, sets.adapter, sets.test)] == [700, 100, 200, 500]
    assert sets.fit.convention.name == "celebamaskhq"


def test_training_pictures_stored_again_are_no_test():
    """Encoded again, they differ in every byte; few of them are named, many are refused."""
    grids = np.random.default_rng(0).integers(0, 256, (90, 3, 4, 4), np.uint8)
    pictures = np.stack([grid.repeat(8, 1).repeat(8, 2) for grid in grids])
    masks = np.zeros((90, 32, 32), np.uint8)

    def loaded(rows):
        return LoadedSet("s", CELEBAMASKHQ, [f"{i}" for i in range(len(rows))], rows, masks[: len(rows)])

    fit, others = loaded(pictures[:30]), pictures[30:]
    again = np.clip(pictures[:5].astype(int) + 3, 0, 255).astype(np.uint8)
    assert seen_pictures(fit, loaded(others)) == []
    assert seen_pictures(fit, loaded(np.concatenate([others, again[:2]]))) == ["60", "61"]
    with pytest.raises(FacegenError, match=r"5 of 65 test pictures are training pictures stored again"):
        seen_pictures(fit, loaded(np.concatenate([others, again])))
