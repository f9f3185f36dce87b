"""The card of the parser that facegen brings as a page of the documentation."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from facegen.datasets.conventions.convention_registry import CONVENTIONS
from facegen.datasets.conventions.label_conventions import Convention
from facegen.parse.experiment.weak_segments import WEAK

Card = Mapping[str, Any]
MEANS = {
    "mean_f1_core": "**mean of {core} classes**, without accessories",
    "mean_f1": "mean of {all} classes",
}
WORSE = "clearly worse"
SEGMENTS = 5  # shown at most

HEAD = """# Card of the shipped parser

`facegen parse-image photo.jpg` uses this parser where no other is named. It is a small network for tests
and first looks, trained on synthetic faces only: **{real_pictures} real pictures were used in its
training.** The same content lies as `card.json` next to the weights.

"""

INDIRECT = """
What comes from real pictures is indirect. The faces follow the profile `{profiles}`, aggregate statistics
of real photos, and borders follow the annotators' habits counted on masks. The settings of the training
(steps, learning rate) were chosen earlier, in trainings on other real photos. The moving average after the
last step is kept: no step is chosen by a score, and the test photos chose nothing.
"""

LIMITS = """
## What it is not for
Like every parser it sees shapes and colours, not people. Do not use it to identify anybody, or to infer
sex, age or ancestry. It labels one size, {size} px: in a large photo borders are as coarse as that. Hands
in front of the face have the labels of what lies behind, as in CelebAMask-HQ. For figures of your own
pictures: `facegen bench parser --real DIR`.

## Train it again
```
make parser FACES=matched REAL=CelebAMask-HQ
```
trains on the rendered set `matched` (without `FACES` 1,000 faces are rendered first, which takes hours),
scores the result on the test part of `REAL`, and writes `parser.pt`, `parser.onnx` and `card.json` in
`parse/models/shipped`, and this page. A call that was stopped continues, and the same faces, processor and
versions give the same bytes.

## Without torch
`parser.onnx` holds the same weights and runs with `pip install onnxruntime`. The picture must be one face
that fills it, as in CelebA-HQ; `facegen parse-image` finds faces in other photos.

```python
import json
from importlib.resources import files

import numpy as np
import onnxruntime
from PIL import Image

graph = files("facegen.parse.models") / "shipped" / "parser.onnx"
session = onnxruntime.InferenceSession(graph.read_bytes())
about = session.get_modelmeta().custom_metadata_map
size = int(about["size"])
photo = Image.open("face.jpg").convert("RGB").resize((size, size), Image.Resampling.BOX)
pixels = np.asarray(photo, np.float32).transpose(2, 0, 1)[None] / 255
labels = session.run(["logits"], {{"image": pixels}})[0].argmax(1)[0]  # (size, size) class ids
names = json.loads(about["classes"])
print({{names[i]: float((labels == i).mean()) for i in np.unique(labels)}})
```
"""


def card_page(card: Card) -> str:
    """The page as Markdown.

    Parameters
    ----------
    card : mapping
        Content of card.json.
    """
    made = card["trained_on"]
    profiles = ", ".join(sorted({one["profile"] for one in made["sets"]}))
    parts = [
        HEAD.format(real_pictures=made["real_pictures"]),
        _table(("", ""), _facts(card)),
        INDIRECT.format(profiles=profiles),
        *_scores(card["scores"], CONVENTIONS[card["convention"]]),
        LIMITS.format(size=card["size"]),
    ]
    return "".join(parts)


def _facts(card: Card) -> Iterable[tuple[str, str]]:
    made, recipe, machine = card["trained_on"], card["recipe"], card["trained_with"]
    sizes = {name: one["bytes"] for name, one in card["files"].items()}
    files = ", ".join(f"`{name}` {size / 1e6:.2f} MB" for name, size in sizes.items())
    yield "Network", f"`{card['network']}`, {card['parameters']:,} parameters, {card['size']} px, RGB"
    yield "Classes", f"{len(card['classes'])} of the convention `{card['convention']}`"
    yield "Files", f"{files}; {card['stored_as']}"
    yield "Faces", f"{made['faces']:,} matched faces of **generator {made['generator']}**"
    for one in made["sets"]:
        whole = "" if one["faces"] == one["ordered"] else ": this order was not finished"
        count = f"{one['faces']:,} of {one['ordered']:,} faces"
        by = f"`{one['command']}` with the facegen of that generator, {count}{whole}"
        yield "Rendered by", by
    yield (
        "Training",
        f"{recipe['steps']:,} steps of {recipe['batch']}, seed {card['seed']}, {machine['threads']} threads, "
        f"{machine['precision']}, torch {machine['torch']}, {machine['processor']}",
    )
    yield (
        "ONNX",
        f"{card['graph']['labels_that_agree']:.2%} of the labels on training faces are those of the weights",
    )


def _scores(scores: Card | None, convention: Convention) -> Iterable[str]:
    yield "\n## How well it reads real photos\n"
    if scores is None:
        yield "\nNot measured yet.\n"
        return
    yield (
        f"\nF1 on {scores['pictures']} labelled photos (`{scores['set']}`), on which nothing was trained and "
        "nothing chosen, with 95 % intervals over the photos (one training). "
        f"Command: `{scores['command']}`, commit {scores['commit']}, {scores['date']}.\n\n"
    )
    figures, classes = scores["figures"], convention.classes
    accessories = {classes[i] for i in convention.accessories}
    measured = [name for name in classes[1:] if figures[name]["value"] is not None]
    core = sum(name not in accessories for name in measured)
    rows = [(MEANS[name].format(core=core, all=len(measured)), _figure(figures[name])) for name in MEANS]
    rows += [(name, _figure(figures[name])) for name in classes]
    yield _table(("Class", "F1"), rows)
    yield from _whom(scores)


def _whom(scores: Card) -> Iterable[str]:
    yield "\n## For whom it fails\n"
    yield (
        "\nBelow the others: by how much the mean F1 of a photo (over the classes that it holds) is lower "
        f"than in the remaining photos; *{WORSE}* where the interval lies above 0. Slices are measured from "
        "labels and pixels; the lightness of skin (ITA) depends on the light of the photo as well.\n\n"
    )
    rows = [
        (
            row["slice"],
            row["faces"],
            _figure(row["mean_f1_core"]),
            _figure(row["below_others"], "+.3f"),
            WORSE if (row["below_others"]["low"] or 0) > 0 else "",
        )
        for row in scores["slices"]
    ]
    yield _table(("Photos", "Number", "F1, no accessories", "Below the others", ""), rows)
    if scores["not_measured"]:
        yield (
            f"\nNot measured, or on too few photos: {'; '.join(scores['not_measured'])}. Sex and age are "
            "taken from annotations alone, where those go with the photos; they are not guessed.\n"
        )
    yield from _segments(scores["weak_segments"])


def _segments(found: Card | None) -> Iterable[str]:
    if found is None:
        return
    weak = [row for row in found["rows"] if row["verdict"] == WEAK][:SEGMENTS]
    yield (
        f"\nWeak segments were searched on {found['found_on']} of the photos and tested on the other "
        f"{found['tested_on']}, with p values adjusted for {found['tested']} tests: "
    )
    if not weak:
        yield "none is clear.\n"
        return
    yield "loss is 1 − mean F1 of a photo.\n\n"
    rows = [
        (f"`{row['segment']}`", row["faces"], _figure(row["excess"], "+.3f"), f"{row['p_adjusted']:.1g}")
        for row in weak
    ]
    yield _table(("Segment", "Photos tested", "Loss above the others", "p"), rows)


def _figure(one: Card, form: str = ".3f") -> str:
    if one["value"] is None:
        return "not measured"
    return f"{one['value']:{form}} [{one['low']:{form}}, {one['high']:{form}}]"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
