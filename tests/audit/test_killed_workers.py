"""An audit whose worker is killed ends with one line, and does not hang."""

import os
from dataclasses import replace
from functools import partial

import pytest
from drawn_heads import random_heads
from index_folder import write_set
from pool_tasks import killed_elsewhere

from facegen.audit.measure_dataset import measure_set
from facegen.datasets.errors import FacegenError
from facegen.datasets.layouts.open_set import open_set


@pytest.mark.timeout(60)
def test_a_killed_worker_of_an_audit_is_one_line(tmp_path):
    faces = open_set(write_set(tmp_path / "set", random_heads(20, seed=4, size=64)[1]))
    broken = replace(faces, read_image=partial(killed_elsewhere, os.getpid(), faces.read_image))
    with pytest.raises(FacegenError, match=r"^a helper process of measuring died \(killed, perhaps"):
        measure_set(broken, workers=2)
    assert len(measure_set(broken, workers=1)) == 20
