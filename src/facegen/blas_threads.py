"""How many threads linear algebra uses where its last digits decide what is drawn."""

from __future__ import annotations

from threadpoolctl import threadpool_limits

# A decorator: the function runs with one BLAS thread. A sum over several threads is rounded differently: rows
# drawn from a distribution then differ by 1e-9, and the faces matched to them differ altogether. Everything
# that draws or matches rows is decorated with it, so that a seed gives the same faces on any number of
# processors.
one_blas_thread = threadpool_limits.wrap(limits=1, user_api="blas")
