"""Every reader takes or refuses files that were changed at random, in one line: property-based tests.

`make proofs` runs 100 times as many changes, `make fuzz` lets coverage choose them.
"""

import pytest
from foreign_files import ForeignFile, property_of
from foreign_readers import READERS

FEW, MANY = 30, 3000  # changes of each file

EVERY_READER = pytest.mark.parametrize("one", READERS, ids=lambda one: one.name)


@EVERY_READER
def test_a_few_changes(one: ForeignFile, tmp_path):
    property_of(one, tmp_path / "set", FEW)()


@pytest.mark.slow
@EVERY_READER
def test_many_changes(one: ForeignFile, tmp_path):
    property_of(one, tmp_path / "set", MANY)()
