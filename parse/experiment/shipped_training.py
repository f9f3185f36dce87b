"""Training of the parser that facegen brings, and the card that is written with it.

Only sets that facegen rendered, matched to a profile and changed in nothing, are trained on, so that no real
picture can get in. The same sets, seed, processor and number of threads give the same bytes; an interrupted
training continues. Real faces are scored on when the files are finished: they choose nothing.
"""

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

import facegen
from facegen.audit.profiles.profile_files import profile_names
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import write_bytes, write_json
from facegen.datasets.io.hardware import processor_name
from facegen.datasets.io.progress import ProgressCallback, ignore_progress
from facegen.datasets.layouts.face_set import FaceSet
from facegen.datasets.layouts.provenance import header_of, without_folders
from facegen.parse.data.loaded_set import LoadedSet, join, load_reported
from facegen.parse.experiment.parser_scores import parser_scores
from facegen.parse.experiment.recipes import recipe_for
from facegen.parse.experiment.set_roles import MATCHED, part_of
from facegen.parse.inference.onnx_export import onnx_bytes, parity
from facegen.parse.metrics.evaluate import predict
from facegen.parse.models.checkpoints import Parser, load_parser, save_parser
from facegen.parse.models.networks import SMALL, parameter_count
from facegen.parse.models.shipped_parser import (
    CARD_FILE,
    FORMAT,
    FORMAT_VERSION,
    GRAPH_FILE,
    MOST_BYTES,
    WEIGHTS_FILE,
    ShippedParser,
    sha256,
)
from facegen.parse.training.recipe import Recipe
from facegen.parse.training.train import CHECKPOINT_FILE, train

CPU = torch.device("cpu")
SEED = 0
THREADS = 2  # sums over another number of threads are rounded differently
NAME = "matched faces"  # of the training set
TRAINING = "training"  # folder of the training in the working folder
# Of a logit, between graph and checkpoint: the graph rounds convolutions after, the checkpoint before their
# normalisation is folded in. Logits of a trained parser reach 30.
DIFFERENCE = 0.25
COMPARED = 64  # faces whose labels by both are compared
AGREEMENT = 0.998  # of their pixels


@dataclass(frozen=True)
class ShippedRun:
    """What is trained on, and where the files go.

    Attributes
    ----------
    sets : sequence of FaceSet
        Rendered by facegen and matched to a profile.
    work : Path
        Keeps the training, so that an interrupted one continues.
    target : Path
        Folder that gets weights, graph and card.
    steps : int or None
        Training steps; None takes those of the network.
    """

    sets: Sequence[FaceSet]
    work: Path
    target: Path
    steps: int | None = None


def train_shipped(run: ShippedRun, progress: ProgressCallback = ignore_progress) -> dict[str, Any]:
    """Train the parser and write its files; the card says that it is not scored yet.

    Returns
    -------
    dict : the card

    Raises
    ------
    FacegenError : a set is not matched by facegen alone, the work folder holds another training, the files
        are larger than MOST_BYTES, or the graph does not give the checkpoint's labels.
    """
    described = [_described(one) for one in run.sets]
    torch.set_num_threads(THREADS)
    recipe = recipe_for(CPU, SMALL, steps=run.steps)
    parts = [load_reported(one, recipe.size, progress) for one in run.sets]
    data = parts[0] if len(parts) == 1 else join(NAME, parts)
    title = f"on {len(data)} matched faces"
    done = train(data, recipe, SEED, CPU, run.work / TRAINING, lambda now: progress(now.event(title)))
    assert done is not None  # only with stop_after
    # From its file, also where it was trained just now: in the training's memory format 1 x 1 convolutions
    # have other strides, which the packed file would hold.
    trained = load_parser(run.work / TRAINING / CHECKPOINT_FILE)
    packed = run.work / WEIGHTS_FILE
    # Not by the folder's name; and through JSON, since pickle writes equal strings in one way where they are
    # one object and in another where they are two.
    named = trained.metadata | {"trained_on": {"name": NAME, "count": len(data)}}
    save_parser(packed, trained.network, json.loads(json.dumps(named)), half=True)
    parser = load_parser(packed)  # with the weights as they are stored
    contents = {WEIGHTS_FILE: packed.read_bytes(), GRAPH_FILE: onnx_bytes(parser, half=True)}
    if sum(map(len, contents.values())) > MOST_BYTES:
        raise FacegenError(
            f"weights and graph have {sum(map(len, contents.values())):,} bytes, allowed are {MOST_BYTES:,}"
        )
    graph = _compared(parser, contents[GRAPH_FILE], data)
    card = _card(parser, recipe, data, described) | {
        "files": {
            name: {"bytes": len(content), "sha256": sha256(content)} for name, content in contents.items()
        },
        "graph": graph,
        "scores": None,
    }
    for name, content in contents.items():
        write_bytes(run.target / name, content)
    write_json(run.target / CARD_FILE, card)  # last: until then the files are refused
    return card


def score_shipped(
    target: Path, faces: FaceSet, origin: Mapping[str, Any], progress: ProgressCallback = ignore_progress
) -> dict[str, Any]:
    """Score the files of a folder on real faces, and write the figures into their card.

    Parameters
    ----------
    target : Path
    faces : FaceSet
        Labelled real faces.
    origin : mapping
        What the card says of where the figures come from: "command", "commit", "date".

    Returns
    -------
    dict : the card

    Raises
    ------
    FacegenError : the files are not those of the card, or the set cannot be read.
    """
    shipped = ShippedParser(target)
    parser = load_parser(shipped.file(WEIGHTS_FILE))
    card = {**shipped.card, "scores": {**origin, **parser_scores(parser, faces, CPU, progress)}}
    write_json(target / CARD_FILE, card)
    return card


def _described(faces: FaceSet) -> dict[str, Any]:
    """What the card says of a set; FacegenError for one that is anything else than matched faces."""
    header = header_of(faces)
    if header is None or faces.layout != "facegen" or part_of(faces) != MATCHED:
        raise FacegenError(
            f"{faces.path}: not a set that facegen rendered with --match-dist NAME and without --set: the "
            "parser that facegen brings is trained on such faces only"
        )
    if header["profile"] not in profile_names():
        raise FacegenError(
            f"{faces.path}: matched to {header['profile']}, which is no profile of facegen itself "
            f"({', '.join(profile_names())})"
        )
    header = without_folders(header)
    config = header["config"]
    return {
        "faces": len(faces),
        "ordered": header["num"],
        "seed": header["seed"],
        "size": header["size"],
        "quality": config.get("quality"),
        "profile": header["profile"],
        "generator": config.get("generator"),
        "facegen": header["facegen"],
        "order": header["fingerprint"],
        "command": (
            f"facegen render --match-dist {header['profile']} --num {header['num']} --size {header['size']} "
            f"--quality {config.get('quality')} --seed {header['seed']}"
        ),
    }


def _card(
    parser: Parser, recipe: Recipe, data: LoadedSet, described: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "convention": parser.convention.name,
        "classes": list(parser.convention.classes),
        "network": recipe.network,
        "parameters": parameter_count(parser.network),
        "size": parser.size,
        "stored_as": "convolutions float16, all else float32; computed in float32",
        "weights": parser.digest,
        "trained_on": {
            "faces": len(data),
            "sets": list(described),
            "generator": " and ".join(sorted({str(one["generator"]) for one in described})),
            "real_pictures": 0,
            "pixels_sha256": data.digest(),
        },
        "recipe": {key: value for key, value in asdict(recipe).items() if not key.startswith("encoder_")},
        "seed": SEED,
        "trained_with": {
            "facegen": facegen.__version__,
            "torch": torch.__version__,
            "python": platform.python_version(),
            "processor": processor_name(),
            "threads": THREADS,
            "precision": parser.metadata["precision"],
        },
    }


def _compared(parser: Parser, graph: bytes, data: LoadedSet) -> dict[str, float]:
    """How far the graph is from the checkpoint; FacegenError where it gives other labels."""
    import onnxruntime

    images = data.images[:COMPARED]
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    (logits,) = session.run(["logits"], {"image": images.astype(np.float32) / 255})
    agreement = float((logits.argmax(1) == predict(parser, images, CPU)).mean())
    difference = parity(parser, graph)
    if agreement < AGREEMENT or not difference < DIFFERENCE:
        raise FacegenError(
            f"the graph is not the checkpoint: logits differ by {difference:.2g} (allowed {DIFFERENCE}), "
            f"{agreement:.2%} of the labels agree (needed {AGREEMENT:.1%})"
        )
    return {"largest_logit_difference": difference, "labels_that_agree": agreement}
