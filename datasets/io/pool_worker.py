"""The helper process of process_pool.py: runs functions that come on its input, until the input ends.

Messages are pickles, each after its length. What functions print goes to standard error.
"""

from __future__ import annotations

import os
import pickle
import signal
import traceback
from collections.abc import Callable
from typing import IO, Any

from facegen.datasets.io.process_pool import LENGTH, read_message


def main() -> None:
    """Serve until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends its helpers
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    tasks = os.fdopen(os.dup(0), "rb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    serve(tasks, answers)


def serve(tasks: IO[bytes], answers: IO[bytes]) -> None:
    """Answer each message (pickle of a function or None for the last one, arguments, named arguments)."""
    function: Callable[..., Any] | None = None
    while (message := read_message(tasks)) is not None:
        try:
            sent, args, kwargs = pickle.loads(message)
            if sent is not None:
                function = pickle.loads(sent)
            assert function is not None
            answer = pickle.dumps((True, function(*args, **kwargs)))
        except BaseException as error:
            answer = _failure(error)
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()


def _failure(error: BaseException) -> bytes:
    """The error as a message; as a RuntimeError with its trace where it cannot be sent itself."""
    trace = "".join(traceback.format_exception(error))
    try:
        content = pickle.dumps((False, error))
        pickle.loads(content)
        return content
    except Exception:
        return pickle.dumps((False, RuntimeError(trace)))


if __name__ == "__main__":
    main()
