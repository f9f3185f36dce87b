"""Which folder a run may use."""

import pytest

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import write_json
from facegen.parse.experiment.run_folder import ARGUMENTS_FILE, LOG_FILE, check_run_folder
from facegen.parse.training.step_log import StepLog


def test_a_run_that_trained_nothing_may_change_its_settings(tmp_path):
    write_json(tmp_path / ARGUMENTS_FILE, {"batch": 32})
    check_run_folder(tmp_path, {"batch": 16})
    (tmp_path / "R-seed0").mkdir()
    with StepLog(tmp_path / "R-seed0" / LOG_FILE, 0) as log:
        check_run_folder(tmp_path, {"batch": 16})
        log.row(1, 0.5, 0.1, 1e-3, 60.0)
    with pytest.raises(FacegenError, match="other batch"):
        check_run_folder(tmp_path, {"batch": 16})
