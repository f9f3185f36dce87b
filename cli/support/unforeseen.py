"""An exception that nobody foresaw: one line on the terminal, the traceback in a file."""

import datetime
import os
import platform
import sys
import tempfile
import traceback
from importlib.metadata import PackageNotFoundError, version

# sysexits.h, EX_SOFTWARE: an internal error, as apart from 1 (a check failed) and 2 (bad input).
EXIT_UNFORESEEN = 70


def report_unforeseen(error: BaseException) -> str:
    """Store the traceback, and say in a line what happened.

    Parameters
    ----------
    error : BaseException
        With its traceback.

    Returns
    -------
    str
        The line: what was raised, and the file. Without a writable temporary folder the traceback follows.
    """
    what = " ".join(f"{type(error).__name__}: {error}".split())
    text = "\n".join((_head(), "".join(traceback.format_exception(error))))
    try:
        handle, path = tempfile.mkstemp(prefix="facegen-error-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except OSError:
        return f"unforeseen {what} (no temporary folder can be written, so the traceback follows)\n{text}"
    return f"unforeseen {what}: this is a fault of facegen; please report it with the traceback in {path}"


def _head() -> str:
    try:
        own = version("facegen")
    except PackageNotFoundError:
        own = "of a checkout"
    when = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return f"facegen {own}, Python {platform.python_version()}, {platform.platform()}, {when}\n{sys.argv}\n"
