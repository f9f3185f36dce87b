"""A worker: one child process that owns Blender, takes specs on its input and writes samples.

Started by `session`. Jobs and answers are JSON lines. Blender prints on standard output, so the answers go to
a copy of it and the original is turned to standard error. The process leaves with os._exit: Blender's own
shutdown can hang.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

DISK_TROUBLE = "disk"


def main() -> None:
    """Serve until the input ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    config = json.loads(sys.stdin.readline())
    if config["cpus"]:
        os.sched_setaffinity(0, config["cpus"])
    code = 1
    try:
        serve(config, answers)
        code = 0
    except Exception:
        with suppress(OSError):  # nobody may be there any more
            print(json.dumps({"fatal": traceback.format_exc()}), file=answers)
    finally:
        with suppress(OSError):
            answers.flush()
        os._exit(code)


def serve(config: dict[str, Any], answers: IO[str]) -> None:
    """Answer jobs from standard input until it ends.

    config : what `production.worker_pool` sends first; answers : where JSON lines go
    """
    import psutil

    from facegen.datasets.conventions.convention_registry import convention
    from facegen.datasets.errors import DiskError, FacegenError
    from facegen.datasets.io.sample import write_sample
    from facegen.render.blender.cycles_devices import use_device
    from facegen.render.blender.label_check_scene import check_sample
    from facegen.render.blender.render_passes import render_sample
    from facegen.render.blender.scene import Studio
    from facegen.render.spec.face_spec import FaceSpec

    target = convention(config["convention"])
    studio = Studio(config["size"], config["quality"], config["samples"])
    device = use_device([studio.beauty, studio.labels], config["device"])
    print(json.dumps({"ready": True, "device": device}), file=answers)
    out = Path(config["out"])
    backgrounds = Path(config["backgrounds"]) if config["backgrounds"] else None
    with tempfile.TemporaryDirectory(prefix="facegen-") as scratch:
        for line in sys.stdin:
            index = json.loads(line)["index"]
            started = time.perf_counter()
            answer = {"index": index, "ok": False}
            try:
                spec = FaceSpec.from_dict(json.loads(line)["spec"])
                if config["task"] == "check":
                    answer["report"] = check_sample(studio, spec, Path(scratch), target)
                else:
                    sample = render_sample(studio, spec, Path(scratch), target, backgrounds)
                    answer["timing"] = sample.meta.pop("timing")
                    write_sample(out, index, sample, target)
                    answer["attributes"] = sample.meta["attributes"]
                answer["ok"] = True
            except FacegenError as error:
                answer |= {
                    "error": str(error),
                    "kind": DISK_TROUBLE if isinstance(error, DiskError) else "",
                }
            except Exception:
                answer |= {"error": traceback.format_exc(), "kind": ""}
            answer["seconds"] = round(time.perf_counter() - started, 3)
            answer["rss_mb"] = round(psutil.Process().memory_info().rss / 2**20)
            print(json.dumps(answer), file=answers)


if __name__ == "__main__":
    main()
