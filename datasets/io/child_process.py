"""Child processes started as `python -m MODULE`, and how they end.

Started so, and not by `multiprocessing`, because that one runs the user's main script again in every child: a
script without `if __name__ == "__main__"` would start children of children, and a notebook has no script.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

LOG_BYTES = 4000  # of a child's last words that are kept
MAX_LOG_BYTES = 4_000_000  # of a log file: some days of a worker
KILLED = -9  # return code after SIGKILL, which is what the system's out-of-memory killer sends


class ChildLost(Exception):
    """The child process died or hung; the message says how."""


class Child:
    """One child process with pipes to its standard input and output; its standard error is kept.

    Parameters
    ----------
    module : str
        Module that is run, as "facegen.datasets.io.pool_worker". It finds what this process finds: the child
        gets this process's `sys.path`; its working folder is not searched for modules.
    environment : mapping of str to str, optional
        Variables set on top of this process's.
    log : path, optional
        File that its standard error is added to, up to MAX_LOG_BYTES in all; made when it prints something.
    """

    def __init__(
        self, module: str, environment: Mapping[str, str] | None = None, log: Path | None = None
    ) -> None:
        folders = [os.environ.get("PYTHONPATH", ""), *(one or str(Path.cwd()) for one in sys.path)]
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, folders)), **(environment or {})},
        )
        assert self.process.stdin and self.process.stdout and self.process.stderr
        self.input: IO[bytes] = self.process.stdin
        self.output: IO[bytes] = self.process.stdout
        self._log, self._log_file = b"", log
        self._reader = threading.Thread(target=self._drain, args=(self.process.stderr,), daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self.process.pid

    def send(self, content: bytes) -> None:
        """Write to the child's input; ChildLost where nobody reads it any more."""
        try:
            self.input.write(content)
            self.input.flush()
        except (OSError, ValueError) as error:
            raise self.lost() from error

    def lost(self) -> ChildLost:
        """How the child ended, with its last line; waits for its end, kills it where that takes too long."""
        try:
            code = self.process.wait(10.0)
        except subprocess.TimeoutExpired:
            self.kill()
            return ChildLost("closed its output without an answer: stopped")
        self._release()
        cause = "killed, perhaps for memory" if code == KILLED else f"exit code {code}"
        last = self._log.decode(errors="replace").strip().splitlines()
        return ChildLost(f"died ({cause}){': ' + last[-1] if last else ''}")

    def close(self, patience: float = 10.0) -> None:
        """Let the child leave by closing its input; kill it where it is still there after `patience` s."""
        try:
            self.input.close()
            self.process.wait(patience)
        except (subprocess.TimeoutExpired, OSError):
            self.kill()
        self._release()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self._release()

    def _release(self) -> None:
        self._reader.join(1.0)
        for pipe in (self.input, self.output):
            with suppress(OSError):  # what was not yet written to a dead child
                pipe.close()

    def _drain(self, pipe: IO[bytes]) -> None:
        with pipe:
            for line in pipe:
                self._log = (self._log + line)[-LOG_BYTES:]
                self._keep(line)

    def _keep(self, line: bytes) -> None:
        """Add a line to the log file; a log that cannot be written ends no work."""
        if self._log_file is None:
            return
        with suppress(OSError):
            self._log_file.parent.mkdir(parents=True, exist_ok=True)
            with self._log_file.open("ab") as file:
                if file.tell() < MAX_LOG_BYTES:
                    file.write(line[:LOG_BYTES])
