"""Size and hash of a file: what says that it is the one that was written."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FileRecord:
    """Size in bytes and sha256 (64 hex digits) of a file."""

    size: int
    sha256: str

    @staticmethod
    def of(path: Path) -> FileRecord:
        """Of a file that is there; OSError where it cannot be read."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return FileRecord(os.fstat(file.fileno()).st_size, digest)
