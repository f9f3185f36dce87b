"""facegen.open: rendered and real sets, samples, torch."""

import numpy as np
import pytest
from PIL import Image
from small_set import HEADER, SIZE, face

import facegen
from facegen.datasets.io.dataset_file import write_dataset_json
from facegen.datasets.io.sample import write_sample


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    root = tmp_path_factory.mktemp("sets") / "faces"
    for index in (0, 2, 5):
        write_sample(root, index, face(index))
    failures = {"000001": "no chin"}
    write_dataset_json(root, {**HEADER, "num": 6, "failures": failures})
    return root


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    root = tmp_path_factory.mktemp("sets") / "photos"
    for folder, shape in (("images", (48, 40, 3)), ("masks", (24, 20))):
        (root / folder).mkdir(parents=True)
        for name in ("b", "a"):
            Image.fromarray(np.full(shape, 3 if name == "a" else 5, np.uint8)).save(
                root / folder / f"{name}.png"
            )
    return root


def test_a_rendered_set_has_all_layers(rendered):
    data = facegen.open(rendered)
    assert len(data) == 3 and data.ids == ["000000", "000002", "000005"] and data.name == "faces"
    assert data.convention == "celebamaskhq" and data.classes[1] == "skin"
    assert data.failures == {"000001": "no chin"} and data.summary["num"] == 6
    sample, made = data[1], face(2)
    assert sample.name == "000002" and sample.meta == {"index": 2}
    np.testing.assert_array_equal(sample.image, made.rgb)
    for name in ("native", "bare", "coverage", "depth", "normals", "landmarks", "visible"):
        np.testing.assert_array_equal(getattr(sample, name), getattr(made, name), err_msg=name)
    assert sample.mask.shape == (SIZE, SIZE) and sample.classes == data.classes


def test_indices_are_those_of_a_list(rendered):
    data = facegen.open(str(rendered))
    assert data[-1].name == data[2].name == "000005"
    assert [one.name for one in data] == data.ids
    assert data[1:].ids == ["000002", "000005"] and data[::-1].ids[0] == "000005"
    for index in (3, -4):
        with pytest.raises(IndexError):
            data[index]


def test_a_real_set_lacks_layers_and_says_so(photos):
    data = facegen.open(photos)
    assert data.ids == ["a", "b"] and data.summary == {} and data.failures == {}
    sample = data[0]
    assert sample.image.shape == (48, 40, 3) and sample.mask.shape == (24, 20)
    assert sample.depth is None and sample.native is None and sample.meta is None
    assert "photos: 2 faces, index, celebamaskhq" in repr(data)


def test_pairs_for_torch(rendered, photos):
    torch = pytest.importorskip("torch")
    data = facegen.open(photos).torch()
    image, mask = data[0]
    assert isinstance(data, torch.utils.data.Dataset) and len(data) == 2
    assert image.shape == (3, 48, 40) and image.dtype == torch.float32
    assert mask.shape == (48, 40) and mask.dtype == torch.int64  # enlarged to the picture
    assert torch.allclose(image, torch.tensor(3 / 255)) and mask.unique().tolist() == [3]
    flipped = facegen.open(rendered).torch(lambda image, mask: (image.flip(2), mask.flip(1)))
    plain = facegen.open(rendered).torch()
    assert torch.equal(flipped[1][0], plain[1][0].flip(2)) and torch.equal(flipped[1][1], plain[1][1].flip(1))
    batch, masks = next(iter(torch.utils.data.DataLoader(plain, batch_size=3)))
    assert batch.shape == (3, 3, SIZE, SIZE) and masks.shape == (3, SIZE, SIZE)


def test_pictures_without_masks_are_no_pairs(photos, tmp_path):
    (tmp_path / "bare" / "images").mkdir(parents=True)
    Image.open(photos / "images" / "a.png").save(tmp_path / "bare" / "images" / "a.png")
    data = facegen.open(tmp_path / "bare")
    assert data[0].mask is None
    with pytest.raises(facegen.FacegenError, match="pictures without masks"):
        data.torch()


def test_no_set_is_one_line(tmp_path):
    with pytest.raises(facegen.FacegenError, match="no such folder"):
        facegen.open(tmp_path / "nowhere")
