"""A small rendered set for every test of the readers and writers."""

import pytest
from small_set import HEADER, face

from facegen.datasets.io.dataset_file import write_attributes, write_dataset_json
from facegen.datasets.io.sample import write_sample


@pytest.fixture
def dataset(tmp_path):
    for index in range(2):
        write_sample(tmp_path, index, face(index))
    write_attributes(tmp_path, ["000000", "000001"], [{"yaw": 0.0}, {"yaw": 1.0}])
    write_dataset_json(tmp_path, HEADER)
    return tmp_path
