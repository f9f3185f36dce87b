"""Which device computes, how outputs name it, and the error when its memory is full."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.hardware import processor_name


def pick_device(name: str = "auto") -> torch.device:
    """Device of a name: "auto" (CUDA where there is one), "cpu", "cuda" or "cuda:K".

    Raises
    ------
    FacegenError : CUDA is requested but not available, or the name is unknown. There is no silent fallback.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise FacegenError(f"--device {name}: no such device; use auto, cpu, cuda or cuda:0") from error
    if device.type not in ("cpu", "cuda"):
        raise FacegenError(f"--device {name}: not supported here; use auto, cpu, cuda or cuda:0")
    if device.type == "cuda":
        if not torch.cuda.is_available():
            why = (
                "this torch is a CPU-only build"
                if torch.version.cuda is None
                else "no CUDA GPU or driver was found"
            )
            raise FacegenError(f"--device {name}: CUDA is not available ({why}); use --device cpu")
        if (device.index or 0) >= torch.cuda.device_count():
            raise FacegenError(f"--device {name}: only {torch.cuda.device_count()} CUDA device(s) here")
    return device


def describe_device(device: torch.device) -> str:
    """One line for reports: "cuda:0 (NVIDIA H200)" or "cpu (AMD EPYC, 2 threads)"."""
    if device.type == "cuda":
        index = device.index if device.index is not None else torch.cuda.current_device()
        return f"cuda:{index} ({torch.cuda.get_device_name(index)})"
    return f"cpu ({processor_name()}, {torch.get_num_threads()} threads)"


def describe_machine(device: torch.device) -> dict[str, str | int | None]:
    """What a measured figure depends on: device, cores and versions."""
    return {
        "device": describe_device(device),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "cuda": torch.version.cuda if device.type == "cuda" else None,
    }


def use_bfloat16(device: torch.device) -> bool:
    """Mixed precision where the device computes bfloat16 itself."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    # No public name yet; torch without it trains in float32.
    has_bfloat16 = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return device.type == "cpu" and has_bfloat16 is not None and bool(has_bfloat16())


def half_precision(device: torch.device) -> torch.dtype | None:
    """Type of mixed precision: bfloat16 where the hardware computes it, float16 on other GPUs, else None."""
    if use_bfloat16(device):
        return torch.bfloat16
    return torch.float16 if device.type == "cuda" else None


class OutOfGpuMemory(FacegenError):
    """The GPU has too little memory."""


@contextmanager
def gpu_memory(remedy: str) -> Iterator[None]:
    """Turn an out-of-memory error of the GPU into one line that ends with the remedy."""
    try:
        yield
    except torch.cuda.OutOfMemoryError:
        raise OutOfGpuMemory(f"out of GPU memory {remedy}") from None
