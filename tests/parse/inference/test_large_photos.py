"""Memory of large photos."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from drawn_heads import head
from PIL import Image

from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.io.images import EXIF_ORIENTATION, MAX_PIXELS, open_upright
from facegen.parse.inference import single_photo
from facegen.parse.inference.photo_files import Targets
from facegen.parse.inference.photo_run import PhotoRun
from facegen.parse.inference.single_photo import LoadedParser
from facegen.parse.models import networks
from facegen.parse.models.checkpoints import Parser, parser_metadata

STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
BYTES = 4  # of a pixel in Pillow's RGB
LIMIT = 10**9  # bytes of the program for the largest photo that is read
SIZE = (9500, 6650)  # 63.2 of at most 64 megapixels

linux = pytest.mark.skipif(not RESET.exists(), reason="peaks of memory are read from Linux's /proc")


def camera_photo(path, size, **options):
    """A drawn face in the middle of a photo, as a camera stores it."""
    side = min(size)
    shades = np.random.default_rng(0).integers(30, 230, (256, 3)).astype(np.uint8)
    face = Image.fromarray(shades[head(128)]).resize((side, side), Image.Resampling.BICUBIC)
    photo = Image.new("RGB", size, (120, 130, 140))
    photo.paste(face, ((size[0] - side) // 2, (size[1] - side) // 2))
    photo.save(path, **options)
    return path


def turn(how):
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = how
    return exif


def memory(name):
    """A line of /proc/self/status in bytes."""
    (line,) = (one for one in STATUS.read_text().splitlines() if one.startswith(f"{name}:"))
    return 1024 * int(line.split()[1])


@linux
@pytest.mark.parametrize("how", [1, 6], ids=["upright", "turned"])
def test_no_third_copy_of_a_photo_is_made(tmp_path, monkeypatch, how):
    """Label map and overlay are made beside one copy; turning needs a second one for a moment."""
    metadata = parser_metadata(CELEBAMASKHQ, networks.SMALL, 64)
    parser = Parser(torch.nn.Identity(), CELEBAMASKHQ, 64, metadata)
    monkeypatch.setattr(single_photo, "load_for_photos", lambda *_: LoadedParser(parser, torch.device("cpu")))
    monkeypatch.setattr(LoadedParser, "labels", lambda self, pictures: pictures[:, 0] % np.uint8(19))
    size = (6000, 4000)
    run = PhotoRun("no file", "cpu", False, True, False, lambda line: None)
    small = camera_photo(tmp_path / "small.png", (90, 60))
    run.parse(Targets(small, tmp_path / "s.jpg", tmp_path / "s.png"), open_upright(small))
    photo = camera_photo(tmp_path / "photo.jpg", size, quality=90, exif=turn(how))
    before = memory("VmRSS")
    RESET.write_text("5")  # sets the peak back: proc(5)
    target = Targets(photo, tmp_path / "o.jpg", tmp_path / "m.png")
    parsed = run.parse(target, open_upright(photo))
    assert memory("VmHWM") - before < 3 * BYTES * size[0] * size[1]
    upright = size if how == 1 else size[::-1]
    assert (parsed.width, parsed.height) == upright
    for path in (target.overlay, target.mask):
        with Image.open(path) as written:
            assert written.size == upright


@linux
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "options", "overlay"),
    [
        ("upright.jpg", {"quality": 92}, "o.jpg"),
        ("turned.jpg", {"quality": 92, "exif": turn(6)}, "o.jpg"),
        ("photo.png", {"compress_level": 1}, "o.png"),
    ],
)
def test_a_photo_of_63_megapixels_takes_less_than_a_gigabyte(tmp_path, name, options, overlay):
    """The peak of the program and of all that it starts, with torch, the overlay and the label map."""
    assert 0.98 * MAX_PIXELS < SIZE[0] * SIZE[1] <= MAX_PIXELS
    camera_photo(tmp_path / name, SIZE, **options)
    code = "import sys; from facegen.cli.main import main; sys.exit(main())"
    words = ["parse-image", name, "--model", "shipped", "-o", overlay, "--mask", "m.png", "--device", "cpu"]
    running = subprocess.Popen([sys.executable, "-c", code, *words], cwd=tmp_path, stdout=subprocess.DEVNULL)
    peak = 0
    while running.poll() is None:
        peak = max(peak, together(running.pid))
        time.sleep(0.02)
    assert running.returncode == 0
    assert 4 * SIZE[0] * SIZE[1] < peak < LIMIT


def together(pid):
    """The peak of a process so far and what its children hold, in bytes; 0 where it has ended."""
    try:
        own = next(x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("VmHWM:"))
        children = psutil.Process(pid).children(recursive=True)
        return 1024 * int(own.split()[1]) + sum(child.memory_info().rss for child in children)
    except (psutil.NoSuchProcess, psutil.ZombieProcess, FileNotFoundError, StopIteration):
        return 0
