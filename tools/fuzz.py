"""Coverage-guided fuzzing of the readers of foreign files: `make fuzz`, or python tools/fuzz.py [NAME ...].

atheris chooses the changes of `tests/helpers/foreign_files.py` by which lines of facegen they reach. A reader
that raises anything but a FacegenError, takes over 4 GB or over 30 s, ends its run; the change is kept in
build/fuzz/NAME and is a test to be written. What reached new lines stays in build/fuzz/NAME/corpus.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "build" / "fuzz"
MEGABYTES, SECONDS = 4096, 30  # that a change may take
# libFuzzer chooses the numbers from which hypothesis makes a change: more of them, larger changes.
LONGEST = 4096


def main() -> int:
    """Fuzz readers one after another; the exit code is 1 where one failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="readers, or beginnings of their names [all]")
    parser.add_argument("--seconds", type=int, default=600, help="of each reader [600]")
    parser.add_argument("--list", action="store_true", help="names of the readers")
    parser.add_argument("--one", help=argparse.SUPPRESS)  # what a child process fuzzes
    words = parser.parse_args()
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests" / "helpers")]
    if words.one:
        fuzz(words.one, words.seconds)
    from foreign_readers import READERS

    names = [one.name for one in READERS if not words.names or one.name.startswith(tuple(words.names))]
    if words.list:
        print("\n".join(names))
        return 0
    return max([run(name, words.seconds) for name in names], default=0)


def run(name: str, seconds: int) -> int:
    """Fuzz one reader in a process of its own, and print a line of figures; 1 where it failed."""
    folder = OUT / name
    (folder / "corpus").mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    command = [sys.executable, __file__, "--one", name, "--seconds", str(seconds)]
    with (folder / "log.txt").open("wb") as log:
        code = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, cwd=folder).returncode
    text = (folder / "log.txt").read_text(errors="replace")
    done = re.findall(r"^#(\d+)\s.*?cov: (\d+)", text, re.MULTILINE)
    runs, lines = done[-1] if done else ("0", "0")
    what = "no crash" if code == 0 else f"FAILED, see {folder / 'log.txt'}"
    minutes = (time.monotonic() - started) / 60
    print(f"{name}: {minutes:.1f} min, {runs} runs, {lines} branches, {what}", flush=True)
    return int(code != 0)


def fuzz(name: str, seconds: int) -> None:
    """Fuzz one reader in this process, which ends."""
    import atheris

    with atheris.instrument_imports(include=["facegen"], enable_loader_override=False):
        from foreign_files import property_of
        from foreign_readers import READERS

    warnings.simplefilter("error")
    one = next(one for one in READERS if one.name == name)
    shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="facegen-fuzz-", dir=shared) as scratch:
        test = property_of(one, Path(scratch) / "set", 1)
        limits = {
            "max_total_time": seconds,
            "rss_limit_mb": MEGABYTES,
            "timeout": SECONDS,
            "max_len": LONGEST,
        }
        options = [f"-{name}={value}" for name, value in limits.items()]
        atheris.Setup([sys.argv[0], *options, "corpus"], test.hypothesis.fuzz_one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
