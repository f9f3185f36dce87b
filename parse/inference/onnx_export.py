"""A parser as ONNX, for programs without torch.

The graph takes `image`, (B, 3, S, S) float32 RGB in [0, 1], and gives `logits`, (B, C, S, S) float32: the
normalisation is inside. Class names and convention lie in the file's metadata.
"""

import importlib.util
import io
import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import write_bytes
from facegen.parse.models.checkpoints import Parser, load_parser
from facegen.parse.models.networks import normalise
from facegen.parse.training.train import CHECKPOINT_FILE

if TYPE_CHECKING:
    from onnx import ModelProto

ONNX_FILE = "parser.onnx"
OPSET = 18
PARITY = 1e-4  # largest difference of a logit between torch and onnxruntime
HALVED = 256  # numbers of a constant from which on it is stored as float16 in a halved graph


class _WithNormalisation(nn.Module):
    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.network(normalise(image))


def require_onnx() -> None:
    """FacegenError with what to install where the `onnx` extra is missing."""
    missing = [name for name in ("onnx", "onnxscript", "onnxruntime") if not importlib.util.find_spec(name)]
    if missing:
        raise FacegenError(f"ONNX export needs {', '.join(missing)}: pip install 'facegen[onnx]'")


def export_onnx(folder: Path) -> Path:
    """Write parser.onnx into a training's folder, checked against torch.

    Raises
    ------
    FacegenError : the onnx extra is missing, or the logits differ from torch's.
    """
    parser = load_parser(folder / CHECKPOINT_FILE)
    content = onnx_bytes(parser)
    difference = parity(parser, content)
    if not difference < PARITY:
        raise FacegenError(f"{folder}: ONNX differs from torch by {difference:.1e}, allowed is {PARITY:.0e}")
    write_bytes(folder / ONNX_FILE, content)
    return folder / ONNX_FILE


def onnx_bytes(parser: Parser, half: bool = False) -> bytes:
    """The graph of a parser with its weights, batch size free.

    half : store weights as float16; the graph still computes in float32
    """
    require_onnx()
    import onnx

    network = _WithNormalisation(parser.network.cpu().eval())
    example = torch.zeros(2, 3, parser.size, parser.size)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns about itself
        program = torch.onnx.export(
            network,
            (example,),
            input_names=["image"],
            output_names=["logits"],
            opset_version=OPSET,
            dynamo=True,
            dynamic_shapes={"image": {0: torch.export.Dim("batch")}},
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    _forget_origin(model)
    if half:
        _halve(model)
    values = {
        "convention": parser.convention.name,
        "classes": json.dumps(parser.convention.classes),
        "size": str(parser.size),
    }
    for key, value in values.items():
        model.metadata_props.append(onnx.StringStringEntryProto(key=key, value=value))
    buffer = io.BytesIO()
    onnx.save(model, buffer)
    return buffer.getvalue()


def _forget_origin(model: "ModelProto") -> None:
    """Remove what the exporter notes of each node: it names lines and folders of this machine's Python."""
    for part in (*model.graph.node, *model.graph.initializer, *model.graph.value_info, *model.graph.input):
        del part.metadata_props[:]
        part.doc_string = ""
    del model.graph.metadata_props[:]
    del model.metadata_props[:]


def _halve(model: "ModelProto") -> None:
    """Store large constants as float16, and widen each where the graph begins."""
    from onnx import TensorProto, helper, numpy_helper

    wideners = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < HALVED:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        wideners.append(helper.make_node("Cast", [tensor.name], [name], to=TensorProto.FLOAT))
    nodes = [*wideners, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def parity(parser: Parser, content: bytes, batch: int = 3) -> float:
    """Largest difference of any logit between torch and onnxruntime on random pictures."""
    import onnxruntime

    image = torch.rand(batch, 3, parser.size, parser.size, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        expected = _WithNormalisation(parser.network.cpu().eval())(image)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (logits,) = session.run(["logits"], {"image": image.numpy()})
    return float((torch.from_numpy(logits) - expected).abs().max())
