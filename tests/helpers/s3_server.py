"""A server that speaks S3, in a process of its own: moto, which keeps buckets in memory (Apache-2.0).

Run as a program, it prints its address and serves until it is ended.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

KEYS = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any", "AWS_DEFAULT_REGION": "us-east-1"}


@contextmanager
def s3_server() -> Iterator[dict[str, str]]:
    """The variables of the environment that make s3:// a new server without buckets."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-P", __file__]
    quiet = subprocess.DEVNULL  # a line for each request
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=quiet, env=environment, text=True
    ) as server:
        try:
            assert server.stdout
            address = server.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:"), "the server has not started"
            yield KEYS | {"AWS_ENDPOINT_URL": address, "NO_PROXY": "127.0.0.1"}
        finally:
            server.kill()


def main() -> None:
    """Serve on a free port of this machine."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    print(f"http://{host}:{port}", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
