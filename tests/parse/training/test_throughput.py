"""Rates of training."""

import json
import os

from parse_runs import run

from facegen.cpu_threads import wait_without_spinning


def test_bench_train_reports_both_rates(tmp_path):
    out = tmp_path / "rates.json"
    result = run(
        "bench", "train", "--size", 32, "--device", "cpu", "--batch", 2, "--seconds", 1, "--out", out
    )
    assert result.exit_code == 0, result.output
    rates = json.loads(out.read_text())["images_per_second"]
    assert rates["loop"] > 0 and rates["network"] > 0 and "device cpu" in result.output


def test_waiting_threads_sleep_unless_told_otherwise(monkeypatch):
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    wait_without_spinning()
    assert os.environ["OMP_WAIT_POLICY"] == "ACTIVE"
    monkeypatch.delenv("OMP_WAIT_POLICY")
    wait_without_spinning()
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"
