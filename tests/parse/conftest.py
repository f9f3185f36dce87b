"""One thread for every test here: the machine is shared and small tensors gain nothing."""

import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    torch.set_num_threads(1)
