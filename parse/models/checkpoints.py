"""Checkpoints of parsers: tensors and plain values only, loadable without running code from the file.

A file is a dict {"metadata": {...}, "weights": state dict}. It is read by `tensor_files`, which refuses
anything else that a pickle could hold.
"""

import hashlib
import io
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import nn

import facegen
from facegen.datasets.conventions.convention_registry import CONVENTIONS
from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import write_bytes
from facegen.parse.models.networks import MEAN, STD, build_network
from facegen.parse.models.tensor_files import load_tensors

FORMAT = "facegen-parser"
FORMAT_VERSION = 1
MAX_SIZE = 4096  # pixels a side that a parser reads: pictures are scaled to it
_REQUIRED = ("convention", "classes", "network", "size", "mean", "std")


@dataclass(frozen=True)
class Parser:
    """A network ready to predict, and what it needs to know about its input and output.

    metadata : format, format_version, facegen, convention, classes, network, size, mean, std, and what the
        training adds (recipe, seed, trained_on, device, precision).
    """

    network: nn.Module
    convention: Convention
    size: int
    metadata: dict[str, Any]

    @cached_property
    def digest(self) -> str:
        """sha256 of the weights: parsers with the same digest predict the same, whatever their metadata."""
        total = hashlib.sha256()
        for name, value in self.network.state_dict().items():
            total.update(f"{name} {value.dtype} {tuple(value.shape)} ".encode())
            total.update(value.detach().cpu().contiguous().numpy().tobytes())
        return total.hexdigest()


def parser_metadata(convention: Convention, network: str, size: int, **more: Any) -> dict[str, Any]:
    """Metadata of a parser; `more` holds plain values only (str, numbers, lists, dicts)."""
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "facegen": facegen.__version__,
        "convention": convention.name,
        "classes": list(convention.classes),
        "network": network,
        "size": int(size),
        "mean": list(MEAN),
        "std": list(STD),
        **more,
    }


def write_torch(path: Path, value: dict[str, Any]) -> None:
    """torch.save in one step: the file is there whole or not at all."""
    buffer = io.BytesIO()
    torch.save(value, buffer)
    write_bytes(path, buffer.getvalue())


def read_torch(path: Path) -> dict[str, Any]:
    """A dict of tensors and plain values; FacegenError on a missing, damaged or code-carrying file."""
    if not path.is_file():
        raise FacegenError(f"{path}: no such checkpoint")
    try:
        value = load_tensors(path)
    except Exception as error:  # torch raises many types for damaged or unsafe files
        raise FacegenError(
            f"{path}: not a checkpoint of plain weights ({type(error).__name__}): damaged, or a pickle that "
            "could run code, which is never loaded; remove it to train again"
        ) from None
    if not isinstance(value, dict):
        raise FacegenError(f"{path}: holds {type(value).__name__}, need a checkpoint that facegen wrote")
    return value


def require_version(path: Path, metadata: dict[str, Any], version: int) -> None:
    """FacegenError where a file's metadata are of another format version."""
    if metadata.get("format_version") != version:
        raise FacegenError(
            f"{path}: format version {metadata.get('format_version')}, this facegen reads {version}; "
            "use the facegen that wrote it"
        )


def save_parser(path: Path, network: nn.Module, metadata: dict[str, Any], half: bool = False) -> None:
    """Write a parser; weights are moved to the processor.

    half : store weights of more than one dimension (convolutions) as float16; `load_parser` widens them again
    """
    weights = {
        name: (value.half() if half and value.ndim > 1 else value).detach().cpu().contiguous()
        for name, value in network.state_dict().items()
    }
    write_torch(path, {"metadata": metadata, "weights": weights})


def load_parser(
    path: Path, device: torch.device | None = None, convention: Convention | None = None
) -> Parser:
    """Read a parser in evaluation mode.

    Raises
    ------
    FacegenError : missing, damaged, pickled, of a newer format, or of another convention than requested.
    """
    value = read_torch(path)
    metadata = value.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("format") != FORMAT:
        raise FacegenError(f"{path}: not a parser of facegen; train one with facegen train-eval")
    require_version(path, metadata, FORMAT_VERSION)
    missing = [key for key in _REQUIRED if key not in metadata]
    if missing or not isinstance(value.get("weights"), dict):
        raise FacegenError(
            f"{path}: incomplete checkpoint (no {', '.join(missing) or 'weights'}); train again"
        )
    expected = {"convention": str, "network": str, "size": int, "classes": list, "mean": list, "std": list}
    wrong = [key for key, kind in expected.items() if type(metadata[key]) is not kind]
    if wrong or not 1 <= metadata["size"] <= MAX_SIZE:
        raise FacegenError(f"{path}: damaged checkpoint ({', '.join(wrong) or 'size'}); train again")
    if (metadata["mean"], metadata["std"]) != (list(MEAN), list(STD)):
        raise FacegenError(
            f"{path}: trained on pictures scaled by other means than {MEAN} and {STD}; train again"
        )
    known = CONVENTIONS.get(metadata["convention"])
    if known is None or list(known.classes) != metadata["classes"]:
        raise FacegenError(
            f"{path}: its classes are not those of convention {metadata['convention']!r} here; train again"
        )
    if convention is not None and convention.name != known.name:
        raise FacegenError(
            f"{path}: a parser of convention {known.name}, but {convention.name} is needed; train one of that"
        )
    network = build_network(metadata["network"], len(known.classes), seed=0)
    try:
        network.load_state_dict(value["weights"])
    except (RuntimeError, AttributeError, TypeError):
        raise FacegenError(
            f"{path}: weights do not fit network {metadata['network']!r}; train again"
        ) from None
    network.to(device or torch.device("cpu")).eval()
    return Parser(network, known, int(metadata["size"]), metadata)
