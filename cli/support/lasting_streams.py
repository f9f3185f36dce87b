"""Output that cannot end a run: letters that the terminal lacks become "?", a closed pipe swallows the rest.

The work goes on and its files are written, whoever has stopped to listen. Output that a full or broken device
has lost is told at the end, with exit code 2.
"""

import contextlib
import io
import sys
from typing import Any, TextIO


class _Lasting(io.FileIO):
    """A file descriptor whose reader may go away; what is written after that is dropped.

    Attributes
    ----------
    lost : str
        Why output was lost for another reason: the device is full. "" where none was.
    """

    lost = ""

    def write(self, content: Any) -> int:
        try:
            return super().write(content) or 0
        except (BrokenPipeError, ConnectionResetError):
            return memoryview(content).nbytes
        except OSError as error:
            self.lost = error.strerror or str(error)
            return memoryview(content).nbytes


def lost_output() -> str:
    """Why some of this process's standard output was lost; "" where nothing was but to a reader who left."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return raw.lost if isinstance(raw, _Lasting) else ""


def use_lasting_streams() -> None:
    """Replace the standard output and error of this process."""
    sys.stdout = lasting(sys.stdout)
    sys.stderr = lasting(sys.stderr)


def lasting(stream: TextIO) -> TextIO:
    """A stream to the same file descriptor, in the same encoding, that no letter and no reader can end.

    Parameters
    ----------
    stream : text stream

    Returns
    -------
    text stream
        The stream itself where it has no file descriptor (a notebook, a test).
    """
    try:
        stream.flush()
        descriptor = stream.fileno()
    except (AttributeError, OSError, ValueError):
        return stream
    raw = io.BufferedWriter(_Lasting(descriptor, "w", closefd=False))
    line_buffered = stream.isatty() or getattr(stream, "line_buffering", True)
    return io.TextIOWrapper(raw, stream.encoding, errors="replace", line_buffering=line_buffered)
