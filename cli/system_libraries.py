"""Shared libraries that the wheels of bpy, open3d and torch expect the system to have.

Standard library only: the bootstrap runs this file with a bare Python, before anything is installed,
and takes the Debian packages that are missing from its output.
"""

import ctypes

# Shared object -> the Debian or Ubuntu package that brings it. Found by importing each wheel in a bare
# debian:bookworm and reading what the loader missed.
DEBIAN_PACKAGE = {
    "libusb-1.0.so.0": "libusb-1.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libgomp.so.1": "libgomp1",
    "libXi.so.6": "libxi6",
    "libXrender.so.1": "libxrender1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libSM.so.6": "libsm6",
}


def missing_packages() -> list[str]:
    """Debian packages of the libraries that the loader does not find."""
    return [package for library, package in DEBIAN_PACKAGE.items() if not _loads(library)]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    print(" ".join(missing_packages()))
