"""The head model and the template at rest, once a session: both are read only. Needs the render extra."""

import pytest


@pytest.fixture(scope="session")
def model():
    from facegen.assets.head.head_model import head_model

    return head_model()


@pytest.fixture(scope="session")
def neutral(model):
    from facegen.assets.head.head_model import TEMPLATE

    return model.pose(TEMPLATE, {}, {}, (0, 0, 0), (0, 0))
