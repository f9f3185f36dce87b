"""One writer a folder: two runs into one dataset would overwrite each other's files and records."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from facegen.datasets.errors import DiskError, FacegenError

LOCK_FILE = ".facegen-lock"
_UNKNOWN_HERE = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EINVAL)  # a file system without locks


@contextmanager
def folder_lock(folder: Path) -> Iterator[bool]:
    """Hold a folder, which is made where it is missing, for one process.

    The system releases the lock when the process ends, however it ends: nothing is left to clear up.

    Parameters
    ----------
    folder : Path

    Yields
    ------
    bool
        False where the file system has no locks, so that nobody keeps a second run away.

    Raises
    ------
    FacegenError : another process holds it; the message names the process and its machine.
    DiskError : the folder cannot be made or written to.
    """
    path = folder / LOCK_FILE
    handle = -1
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = error.strerror
        raise DiskError(f"{folder}: cannot make this folder ({why}): choose another --out") from None
    try:
        while handle < 0:
            handle = _opened(path)
    except OSError as error:
        why = error.strerror
        raise DiskError(f"{folder}: may not be written ({why}): choose another --out") from None
    try:
        yield _locked(handle, folder)
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)
        os.close(handle)


def _opened(path: Path) -> int:
    """A handle of the lock file, or -1 where the file was removed by its last owner between open and lock."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _try_lock(handle, path)
        if os.fstat(handle).st_ino == path.stat().st_ino:
            return handle
    except FileNotFoundError:
        pass
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)
    return -1


def _try_lock(handle: int, path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.pread(handle, 200, 0).decode(errors="replace").strip() or "another process"
        raise FacegenError(
            f"{path.parent}: {owner} is writing there: wait for it, stop it, or choose another --out"
        ) from None
    except OSError as error:
        if error.errno not in _UNKNOWN_HERE:
            raise


def _locked(handle: int, folder: Path) -> bool:
    """Sign the lock file; whether the file system knows locks."""
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)  # held already: an error says that there are none
    except (ImportError, OSError):
        return False
    return True
