"""Where the packages lie: facegen.<folder> is <folder> at the top of the repository, with all its rooms.

A mapping and not links, so that a copy without symbolic links (a zip, Windows) builds the same.
"""

from setuptools import find_packages, setup

FOLDERS = ("assets", "audit", "cli", "datasets", "parse", "render")

setup(
    package_dir={"facegen": "src/facegen"} | {f"facegen.{folder}": folder for folder in FOLDERS},
    packages=[
        "facegen",
        "facegen.api",
        *(f"facegen.{folder}" for folder in FOLDERS),
        *(f"facegen.{folder}.{room}" for folder in FOLDERS for room in find_packages(folder)),
    ],
)
