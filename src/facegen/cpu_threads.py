"""How linear algebra and training use the processor's threads."""

from __future__ import annotations

import os

from threadpoolctl import threadpool_limits

# A decorator: the function runs with one BLAS thread. A sum over several threads is rounded differently: rows
# drawn from a distribution then differ by 1e-9, and the faces matched to them differ altogether. Everything
# that draws or matches rows is decorated with it, so that a seed gives the same faces on any number of
# processors.
one_blas_thread = threadpool_limits.wrap(limits=1, user_api="blas")


def wait_without_spinning() -> None:
    """Let waiting OpenMP threads sleep, unless the user's environment says otherwise.

    By default they spin. On a processor that other programs use too, this slows down the thread they wait
    for: next to one busy process, two cores trained 17 to 51 images/s with spinning and 42 to 61 with
    sleeping. This must be called before torch is first imported.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
