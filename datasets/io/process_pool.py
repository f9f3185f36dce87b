"""A pool of helper processes with the interface of `concurrent.futures.Executor`.

Used in place of `ProcessPoolExecutor`: see child_process.py for why. A helper that dies becomes a
FacegenError of the work it held and of all work after it.
"""

from __future__ import annotations

import pickle
import queue
import struct
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from types import TracebackType
from typing import IO, Any, TypeVar

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.child_process import Child, ChildLost

MODULE = "facegen.datasets.io.pool_worker"
LENGTH = struct.Struct(">Q")  # precedes every message: the bytes of its pickle

T = TypeVar("T")
_Task = tuple[Future[Any], Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class ProcessPool(Executor):
    """Helper processes that run functions of importable modules.

    A function is sent to a helper once, however often it is used in a row: bind large data that all calls
    share with `functools.partial`.

    Parameters
    ----------
    workers : int
        Most helpers; each is started when there is work for it.
    purpose : str
        What the helpers do, for error messages: "measuring".

    Examples
    --------
    >>> import math
    >>> from facegen.datasets.io.process_pool import ProcessPool
    >>> with ProcessPool(2, "arithmetic") as pool:
    ...     list(pool.map(math.sqrt, [1, 4, 9]))
    [1.0, 2.0, 3.0]
    """

    def __init__(self, workers: int, purpose: str) -> None:
        self._workers, self._purpose = max(1, workers), purpose
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._children: set[Child] = set()
        self._lock = threading.Lock()
        self._broken: FacegenError | None = None
        self._closed = False

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Run `fn(*args, **kwargs)` in a helper.

        Raises
        ------
        FacegenError : a helper of this pool died.
        RuntimeError : the pool was shut down.
        """
        with self._lock:
            if self._broken is not None:
                raise self._broken
            if self._closed:
                raise RuntimeError("the pool was shut down")
            future: Future[T] = Future()
            self._tasks.put((future, fn, args, kwargs))
            if len(self._threads) < self._workers:
                thread = threading.Thread(target=self._tend, daemon=True)
                self._threads.append(thread)
                thread.start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the helpers leave, after the work that was submitted or, `cancel_futures`, without it."""
        with self._lock:
            self._closed = True
            if cancel_futures:
                self._drop(None)
            for _ in self._threads:
                self._tasks.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:  # nobody will read the answers: do not wait for them
            with self._lock:
                children = list(self._children)
            for child in children:
                child.process.kill()
        self.shutdown(cancel_futures=error is not None)

    def _tend(self) -> None:
        """Keep one helper busy: the body of a thread."""
        child: Child | None = None
        known: Callable[..., Any] | None = None  # the function that the helper has
        while (task := self._tasks.get()) is not None:
            future, fn, args, kwargs = task
            if not future.set_running_or_notify_cancel():
                continue
            try:
                message = pickle.dumps((None if fn is known else pickle.dumps(fn), args, kwargs))
                if child is None:
                    child = Child(MODULE)
                    with self._lock:
                        self._children.add(child)
                child.send(LENGTH.pack(len(message)) + message)
                answer = read_message(child.output)
                if answer is None:
                    raise child.lost()
                known = fn
                good, value = pickle.loads(answer)
            except ChildLost as lost:
                self._break(future, lost)
                break
            except BaseException as error:  # the work cannot be sent, or the answer not be read
                future.set_exception(error)
                continue
            if good:
                future.set_result(value)
            else:
                known = None
                future.set_exception(value)
        if child is not None:
            with self._lock:
                self._children.discard(child)
            child.close()

    def _break(self, future: Future[Any], lost: ChildLost) -> None:
        with self._lock:
            if self._broken is None:
                self._broken = FacegenError(f"a helper process of {self._purpose} {lost}: try fewer workers")
            self._drop(self._broken)
        future.set_exception(self._broken)

    def _drop(self, error: FacegenError | None) -> None:
        """Take the waiting work out of the queue: it fails with `error`, or is cancelled."""
        while True:
            try:
                task = self._tasks.get_nowait()
            except queue.Empty:
                return
            if task is None:
                self._tasks.put(None)  # a thread's order to end, and the last things in the queue
                return
            if error is None:
                task[0].cancel()
                task[0].set_running_or_notify_cancel()
            elif task[0].set_running_or_notify_cancel():
                task[0].set_exception(error)


def read_message(pipe: IO[bytes]) -> bytes | None:
    """The next message of a pipe, None at its end."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = pipe.read(length)
    return body if len(body) == length else None
