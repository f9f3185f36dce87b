"""A server that speaks S3, in a process of its own: moto, which keeps buckets in memory (Apache-2.0).

Run as a program, it prints its address and serves until its standard input ends.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

KEYS = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any", "AWS_DEFAULT_REGION": "us-east-1"}


@contextmanager
def s3_server() -> Iterator[dict[str, str]]:
    """The variables of the environment that make s3:// a new server without buckets."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-P", __file__]
    pipe, quiet = subprocess.PIPE, subprocess.DEVNULL  # moto prints a line for each request
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=quiet, env=environment, text=True
    ) as server:
        try:
            assert server.stdout
            address = server.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:"), "the server has not started"
            yield KEYS | {"AWS_ENDPOINT_URL": address, "NO_PROXY": "127.0.0.1"}
        finally:
            server.kill()  # a test that is killed itself closes the input


def main() -> None:
    """Serve on a free port of this machine."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    print(f"http://{host}:{port}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
