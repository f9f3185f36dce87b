"""Files of tensors take no more memory than they have bytes."""

import zipfile

import pytest
import torch

from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.errors import FacegenError
from facegen.parse.adaptation.network_adapter import Adapter, AdapterRecipe, load_adapter, save_adapter
from facegen.parse.models.checkpoints import (
    load_parser,
    parser_metadata,
    read_torch,
    save_parser,
    write_torch,
)
from facegen.parse.models.networks import build_network
from facegen.parse.models.tensor_files import load_tensors


def test_a_compressed_archive_is_refused(tmp_path):
    torch.save({"a": torch.zeros(1_000_000)}, tmp_path / "a.pt")
    assert load_tensors(tmp_path / "a.pt")["a"].shape == (1_000_000,)
    with (
        zipfile.ZipFile(tmp_path / "a.pt") as plain,
        zipfile.ZipFile(tmp_path / "bomb.pt", "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for entry in plain.infolist():
            packed.writestr(entry.filename, plain.read(entry))
    assert (tmp_path / "bomb.pt").stat().st_size < 10_000
    with pytest.raises(ValueError, match="compressed"):
        load_tensors(tmp_path / "bomb.pt")
    with pytest.raises(FacegenError, match="not a checkpoint of plain weights"):
        read_torch(tmp_path / "bomb.pt")


@pytest.fixture
def parser(tmp_path):
    save_parser(tmp_path / "p.pt", build_network("small", 19, 0), parser_metadata(CELEBAMASKHQ, "small", 64))
    return load_parser(tmp_path / "p.pt")


def test_a_size_beyond_every_picture_is_refused(tmp_path):
    network = build_network("small", 19, 0)
    save_parser(tmp_path / "p.pt", network, parser_metadata(CELEBAMASKHQ, "small", 10**9))
    with pytest.raises(FacegenError, match=r"damaged checkpoint \(size\)"):
        load_parser(tmp_path / "p.pt")


def test_an_adapter_takes_the_memory_of_its_weights_alone(tmp_path, parser):
    cpu, recipe = torch.device("cpu"), AdapterRecipe()
    network = Adapter(19, recipe)
    save_adapter(tmp_path / "a.pt", network, recipe, parser)
    loaded = load_adapter(tmp_path / "a.pt", parser, cpu).state_dict()
    assert all(torch.equal(value, loaded[name]) for name, value in network.state_dict().items())
    value = read_torch(tmp_path / "a.pt")
    value["metadata"]["width"] = 1 << 20  # 36 TB of weights
    write_torch(tmp_path / "a.pt", value)
    with pytest.raises(FacegenError, match="damaged label adapter"):
        load_adapter(tmp_path / "a.pt", parser, cpu)
