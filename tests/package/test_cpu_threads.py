"""Linear algebra runs in one thread where its last digits decide."""

from threadpoolctl import threadpool_info, threadpool_limits

from facegen.cpu_threads import one_blas_thread


def blas_threads() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_a_decorated_function_has_one_thread_and_the_caller_keeps_its_own():
    with threadpool_limits(2, "blas"):
        before = blas_threads()
        assert one_blas_thread(blas_threads)() == {1}
        assert blas_threads() == before
