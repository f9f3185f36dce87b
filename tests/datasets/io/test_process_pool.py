"""Helper processes: order, errors, and a helper that dies."""

import os
import subprocess
import sys
import textwrap
import time
from functools import partial

import pool_tasks
import pytest

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.process_pool import ProcessPool

PATIENCE = 120  # seconds in which a script that hangs is told from a slow machine


def test_results_come_in_order_from_other_processes():
    with ProcessPool(2, "tests") as pool:
        assert list(pool.map(pool_tasks.doubled, range(20))) == [2 * i for i in range(20)]
        answers = list(pool.map(pool_tasks.where, "abcdef"))
        assert pool.submit(pool_tasks.doubled, value=4).result() == 8
    assert [value for _, value in answers] == list("abcdef")
    assert os.getpid() not in {pid for pid, _ in answers}
    assert len({pid for pid, _ in answers}) <= 2


def test_bound_data_is_sent_once_to_each_helper():
    class Counted:
        sent = 0

        def __reduce__(self):
            Counted.sent += 1
            return (str, ("data",))

    work = partial(pool_tasks.where, Counted())
    with ProcessPool(1, "tests") as pool:
        answers = [pool.submit(work).result() for _ in range(5)]
    assert {value for _, value in answers} == {"data"} and Counted.sent == 1


def test_an_error_of_the_work_is_raised_and_the_pool_goes_on():
    with ProcessPool(1, "tests") as pool:
        found = pool.map(pool_tasks.fail, range(4))
        assert [next(found), next(found)] == [0, 1]
        with pytest.raises(ValueError, match="two"):
            next(found)
        with pytest.raises(RuntimeError, match="cannot be rebuilt"):
            pool.submit(pool_tasks.fail_strangely, 0).result()
        with pytest.raises(Exception, match="pickle"):
            pool.submit(lambda: 0).result()
        assert pool.submit(pool_tasks.doubled, 2).result() == 4


def test_what_the_work_prints_and_reads_does_not_disturb_it():
    with ProcessPool(1, "tests") as pool:
        assert list(pool.map(pool_tasks.speak_and_listen, range(3))) == [(i, "") for i in range(3)]


def test_a_killed_helper_is_an_error_and_no_hang():
    with ProcessPool(2, "measuring") as pool:
        with pytest.raises(FacegenError, match=r"helper process of measuring died \(killed, perhaps for me"):
            list(pool.map(pool_tasks.kill_itself, range(50)))
        with pytest.raises(FacegenError, match="helper process of measuring died"):
            pool.submit(pool_tasks.doubled, 1)


def test_a_helper_that_leaves_is_named_with_its_last_words():
    with ProcessPool(1, "tests") as pool, pytest.raises(FacegenError, match=r"exit code 7.*last words"):
        pool.submit(pool_tasks.leave, 0).result()


def test_an_error_in_the_block_ends_the_helpers_at_once():
    began = time.perf_counter()
    with pytest.raises(KeyboardInterrupt), ProcessPool(1, "tests") as pool:
        pool.submit(pool_tasks.doubled, 1).result()
        waiting = [pool.submit(pool_tasks.wait, 300.0) for _ in range(3)]
        raise KeyboardInterrupt
    assert time.perf_counter() - began < PATIENCE
    assert all(future.done() for future in waiting)


def test_a_plain_script_without_a_main_guard(tmp_path):
    """Helpers never run the user's script again."""
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent("""
        from pathlib import Path
        import math
        from facegen.datasets.io.process_pool import ProcessPool
        with Path("runs").open("a") as file:
            file.write("run ")
        with ProcessPool(2, "arithmetic") as pool:
            print(list(pool.map(math.sqrt, [1, 4, 9])))
        """)
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    assert done.stdout == "[1.0, 2.0, 3.0]\n"
    assert (tmp_path / "runs").read_text() == "run "
