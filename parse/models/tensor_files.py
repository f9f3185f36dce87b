"""Files of torch.save that somebody else wrote: no code, and no more memory than the file takes.

A pickle can run any code when it is loaded. torch.load(weights_only=True) refuses all that is not on its list
of tensors, numbers, texts and containers.
"""

import zipfile
from pathlib import Path
from typing import Any

import torch


def load_tensors(path: Path) -> Any:
    """What a file of torch.save holds, on the processor.

    Raises
    ------
    ValueError : its archive unpacks to more bytes than the file has. torch.save never compresses.
    Exception : one of many types, for a file that is damaged or holds code.
    """
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            packed = any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist())
        if packed or unpacked > path.stat().st_size:
            raise ValueError("its archive is compressed, as torch writes none")
    return torch.load(path, map_location="cpu", weights_only=True)
