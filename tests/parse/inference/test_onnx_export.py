"""A parser as ONNX gives the logits that torch gives."""

import importlib.util
import json
from pathlib import Path

import pytest
import torch

from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.errors import FacegenError
from facegen.parse.inference import onnx_export
from facegen.parse.models.checkpoints import Parser, parser_metadata, save_parser
from facegen.parse.models.networks import build_network

NEEDS = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("onnx", "onnxscript", "onnxruntime")),
    reason="the onnx extra is not installed",
)


def shaken(name: str) -> torch.nn.Module:
    """A network whose normalisation layers have seen something."""
    network = build_network(name, 19, 3).train()
    with torch.no_grad():
        network(torch.rand(4, 3, 64, 64, generator=torch.Generator().manual_seed(0)))
    return network.eval()


@NEEDS
@pytest.mark.parametrize("name", ["small", "unet-resnet18"])
def test_parity(name, tmp_path):
    import onnx

    save_parser(tmp_path / "checkpoint.pt", shaken(name), parser_metadata(CELEBAMASKHQ, name, 64))
    path = onnx_export.export_onnx(tmp_path)
    parser = Parser(shaken(name), CELEBAMASKHQ, 64, {})
    for batch in (1, 5):
        assert onnx_export.parity(parser, path.read_bytes(), batch) < 1e-4
    model = onnx.load(path, load_external_data=False)
    assert not any(one.external_data for one in model.graph.initializer)  # no other file is ever read
    values = {one.key: one.value for one in model.metadata_props}
    assert json.loads(values["classes"])[1] == "skin" and values["convention"] == "celebamaskhq"


@NEEDS
@pytest.mark.parametrize("half", [False, True])
def test_a_graph_holds_nothing_of_the_machine_that_wrote_it(half):
    """The exporter notes files and lines of every node."""
    parser = Parser(shaken("small"), CELEBAMASKHQ, 64, parser_metadata(CELEBAMASKHQ, "small", 64))
    content = onnx_export.onnx_bytes(parser, half)
    folders = (torch.__file__, onnx_export.__file__)
    assert not any(str(Path(one).parent).encode() in content for one in folders)
    assert b"stack_trace" not in content and content == onnx_export.onnx_bytes(parser, half)


@NEEDS
def test_halved_weights_halve_the_file_and_hardly_move_the_logits():
    parser = Parser(shaken("small"), CELEBAMASKHQ, 64, parser_metadata(CELEBAMASKHQ, "small", 64))
    whole, half = (onnx_export.onnx_bytes(parser, one) for one in (False, True))
    assert len(half) < 0.52 * len(whole)
    assert 1e-6 < onnx_export.parity(parser, half) < 5e-3


@NEEDS
def test_a_graph_that_differs_is_not_written(tmp_path, monkeypatch):
    save_parser(tmp_path / "checkpoint.pt", shaken("small"), parser_metadata(CELEBAMASKHQ, "small", 64))
    monkeypatch.setattr(onnx_export, "onnx_bytes", lambda parser: b"")
    monkeypatch.setattr(onnx_export, "parity", lambda *_: 0.5)
    with pytest.raises(FacegenError, match="differs from torch"):
        onnx_export.export_onnx(tmp_path)
    assert not (tmp_path / onnx_export.ONNX_FILE).exists()


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(FacegenError, match=r"facegen\[onnx\]"):
        onnx_export.require_onnx()
