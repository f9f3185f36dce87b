"""Work for helper processes: a helper must be able to import it."""

import os
import signal
import sys
import time


def doubled(value: int) -> int:
    return 2 * value


def where(value: object) -> tuple[int, object]:
    """The process that works, and what it was given."""
    return os.getpid(), value


def kill_itself(value: int) -> int:
    """Dies at 3, as at the hands of the system's out-of-memory killer."""
    if value == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return value


def leave(_: object) -> None:
    print("last words", file=sys.stderr, flush=True)
    os._exit(7)


def fail(value: int) -> int:
    if value == 2:
        raise ValueError("two")
    return value


def speak_and_listen(value: int) -> tuple[int, str]:
    """Prints, and reads the standard input: neither may disturb the messages."""
    print("noise")
    return value, sys.stdin.read()


class Unpicklable(Exception):
    def __init__(self, one: int, other: int) -> None:
        super().__init__("cannot be rebuilt")


def fail_strangely(_: object) -> None:
    raise Unpicklable(1, 2)


def wait(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def killed_elsewhere(parent: int, work, *arguments: object) -> object:
    """Some work in the process `parent`; any other is killed in the middle of it."""
    if os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    return work(*arguments)
