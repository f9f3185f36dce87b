"""Checkpoints: plain weights in, plain weights out, nothing else."""

import pickle

import pytest
import torch

from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.conventions.public.lapa_labels import LAPA
from facegen.datasets.errors import FacegenError
from facegen.parse.models.checkpoints import load_parser, parser_metadata, save_parser, write_torch
from facegen.parse.models.networks import build_network


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "parser.pt"
    network = build_network("small", 19, 4)
    save_parser(path, network, parser_metadata(CELEBAMASKHQ, "small", 128, seed=4))
    return path, network


def test_a_round_trip(saved):
    path, network = saved
    parser = load_parser(path, convention=CELEBAMASKHQ)
    assert parser.convention is CELEBAMASKHQ and parser.size == 128 and not parser.network.training
    weights = parser.network.state_dict()
    assert all(torch.equal(value, weights[name]) for name, value in network.state_dict().items())
    assert parser.metadata["classes"] == list(CELEBAMASKHQ.classes) and parser.metadata["seed"] == 4
    torch.load(path, weights_only=True)


def test_halved_weights_are_read_back_as_float32(saved, tmp_path):
    _, network = saved
    save_parser(tmp_path / "half.pt", network, parser_metadata(CELEBAMASKHQ, "small", 128), half=True)
    weights = load_parser(tmp_path / "half.pt").network.state_dict()
    for name, value in network.state_dict().items():
        assert weights[name].dtype == value.dtype
        assert torch.equal(weights[name], value.half().float() if value.ndim > 1 else value), name
    assert (tmp_path / "half.pt").stat().st_size < 0.55 * saved[0].stat().st_size


class _Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
def test_a_pickle_that_runs_code_is_refused_and_does_not_run(tmp_path):
    fired = tmp_path / "fired"
    for name, write in (("torch.pt", torch.save), ("plain.pt", lambda v, p: p.write_bytes(pickle.dumps(v)))):
        path = tmp_path / name
        write({"metadata": _Bomb(fired)}, path)
        with pytest.raises(FacegenError, match="never loaded"):
            load_parser(path)
    assert not fired.exists()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("size", "large"),
        ("size", 0),
        ("convention", ["celebamaskhq"]),
        ("network", 3),
        ("mean", [0.0, 0.0, 0.0]),
    ],
)
def test_malformed_metadata_is_one_line(saved, key, value):
    path, network = saved
    save_parser(path, network, parser_metadata(CELEBAMASKHQ, "small", 128, seed=4) | {key: value})
    with pytest.raises(FacegenError, match="train again") as error:
        load_parser(path)
    assert "\n" not in str(error.value)


def test_damage_is_refused(saved):
    path, _ = saved
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], b"", b"weights"):
        path.write_bytes(content)
        with pytest.raises(FacegenError, match=path.name):
            load_parser(path)
    with pytest.raises(FacegenError, match="no such checkpoint"):
        load_parser(path.with_name("missing.pt"))


def test_what_does_not_fit_is_named(saved, tmp_path):
    path, network = saved
    with pytest.raises(FacegenError, match="lapa is needed"):
        load_parser(path, convention=LAPA)
    metadata = parser_metadata(CELEBAMASKHQ, "small", 128)
    cases = [
        ({**metadata, "format": "other"}, "not a parser of facegen"),
        ({**metadata, "format_version": 2}, "format version 2"),
        ({**metadata, "classes": ["background"]}, "classes"),
        ({**metadata, "network": "unet-resnet18"}, "do not fit"),
        ({k: v for k, v in metadata.items() if k != "size"}, "no size"),
    ]
    for changed, message in cases:
        other = tmp_path / "changed.pt"
        write_torch(other, {"metadata": changed, "weights": network.state_dict()})
        with pytest.raises(FacegenError, match=message):
            load_parser(other)
