"""Labelled marrows through the first stages, to a learned model and its card."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import FlowphenoError, LabelError, ModelError
from flowpheno.evaluation import find_labels, read_event_labels
from flowpheno.learning.card import ModelCard, card_json, card_markdown
from flowpheno.learning.cells import LabelledCells, tube_cells
from flowpheno.learning.storage import save_model
from flowpheno.learning.training import train_model
from flowpheno.panel.evaluation import load_evaluation_rules
from flowpheno.pipeline.directory import SIMULATED_KEYWORD, failure_of
from flowpheno.pipeline.manifest import ManifestRow
from flowpheno.pipeline.normals import gate_cells
from flowpheno.pipeline.out_of_fold import TrainingFile, group_cards, specimen_cards
from flowpheno.reading import read_sample
from flowpheno.reading.files import stem
from flowpheno.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from flowpheno.evaluation import Labels
    from flowpheno.learning.training import Trained
    from flowpheno.panel.definitions import Definitions
    from flowpheno.panel.evaluation import EvaluationRules
    from flowpheno.results import Failure


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainingSet:
    """Labelled files, ready to be trained on.

    Attributes
    ----------
    files : tuple of TrainingFile
        In the order of the files.
    failures : tuple of Failure
        Files that could not be used.
    unlabelled : tuple of str
        Files for which there are no labels of events.
    """

    files: tuple[TrainingFile, ...]
    failures: tuple[Failure, ...]
    unlabelled: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainingOptions:
    """How to train.

    Attributes
    ----------
    manifest : mapping of Path to ManifestRow
        Patients and specimens of the files.
    panels : Path or None
        Definitions of your own.
    seed : int
        Seed of drawing, folds and trees.
    """

    manifest: Mapping[Path, ManifestRow]
    panels: Path | None
    seed: int


def read_training_set(
    paths: Sequence[Path],
    labels: Sequence[Path],
    definitions: Definitions,
    options: TrainingOptions,
    *,
    progress: Callable[[int, int, str], None] | None = None,
) -> TrainingSet:
    """Read, compensate and gate labelled files.

    Parameters
    ----------
    paths : sequence of Path
        Files.
    labels : sequence of Path
        Label files and folders of them, as `flowpheno.evaluation.find_labels` takes them.
    definitions : Definitions
        Parameters of every stage.
    options : TrainingOptions
        Manifest, and names of label columns.
    progress : callable or None
        Called with files done, their number, and the name of the last.

    Returns
    -------
    TrainingSet
        Files without labels are named and left out.

    Raises
    ------
    LabelError
        If labels cannot be read.
    """
    rules = load_evaluation_rules(options.panels)
    known = _by_stem(find_labels(labels, rules))
    files: list[TrainingFile] = []
    failures: list[Failure] = []
    unlabelled: list[str] = []
    for done, path in enumerate(paths, start=1):
        place = known.get(f"{path.parent.name}/{stem(path)}") or known.get(stem(path))
        row = options.manifest.get(path.resolve(), ManifestRow())
        try:
            if place is None or row.control_for:
                unlabelled.append(path.name)
            elif len(place) > 1:
                raise LabelError(f"could be labelled by {', '.join(map(str, place))}")
            else:
                number = len(files) + 1
                files.append(_read(path, place[0], row, (definitions, rules), number))
        except FlowphenoError as error:
            failures.append(failure_of(path, error))
        if progress is not None:
            progress(done, len(paths), path.stem)
    return TrainingSet(files=tuple(files), failures=tuple(failures), unlabelled=tuple(unlabelled))


def train_and_save(
    out: Path,
    training: TrainingSet,
    definitions: Definitions,
    options: TrainingOptions,
    *,
    progress: Callable[[int, int, str], None] | None = None,
) -> tuple[ModelCard, Path]:
    """Train a model, and write it with its card.

    Parameters
    ----------
    out : Path
        File to write; ``<stem>.card.md`` and ``<stem>.card.json`` go beside it.
    training : TrainingSet
        Labelled files.
    definitions : Definitions
        Parameters.
    options : TrainingOptions
        Seed, and how metrics are counted.
    progress : callable or None
        Called with fits done, their number, and what was fitted.

    Returns
    -------
    ModelCard
        The card.
    Path
        The card for people.

    Raises
    ------
    ModelError
        If there are too few patients, or files that cannot be trained on together.
    """
    _check_twins(training.files)
    trained = train_model(
        out.stem,
        [file.tube for file in training.files],
        definitions.learning,
        seed=options.seed,
        simulated=any(file.simulated for file in training.files),
        progress=progress,
    )
    save_model(trained.model, out)
    card = _card(out, training, trained, definitions, options)
    text = json.dumps(card_json(card), indent=1, ensure_ascii=False, allow_nan=False)
    beside = out.with_suffix(".card.json")
    beside.write_text(text + "\n", encoding="utf-8", newline="\n")
    page = out.with_suffix(".card.md")
    page.write_text(card_markdown(card), encoding="utf-8", newline="\n")
    return card, page


def _by_stem(labels: Labels) -> dict[str, list[Path]]:
    """Label files by the name of the file they are of, alone and with its folder."""
    found: dict[str, list[Path]] = defaultdict(list)
    for path, name in labels.events.items():
        found[name].append(path)
        found[f"{path.parent.name}/{name}"].append(path)
    return found


def _read(
    path: Path,
    labels: Path,
    row: ManifestRow,
    by: tuple[Definitions, EvaluationRules],
    number: int,
) -> TrainingFile:
    definitions, rules = by
    sample = read_sample(path, vocabulary=definitions.vocabulary, scale=row.scale)
    events = read_event_labels(labels, rules)
    if len(events.blasts) != sample.n_events:
        raise LabelError(
            f"{labels}: {len(events.blasts)} labels, but the file has {sample.n_events} events"
        )
    cells = tube_cells(gate_cells(sample, definitions), definitions.learning)
    name = row.specimen or f"specimen {number}"  # a file's name may be that of a patient
    return TrainingFile(
        tube=LabelledCells(
            name=name, patient=row.patient or name, cells=cells, blasts=events.blasts[cells.rows]
        ),
        labels=events,
        sha256=sample.sha256,
        labels_sha256=sha256(labels.read_bytes()).hexdigest(),
        cytometer=sample.keywords.get("$CYT", "").strip(),
        simulated=SIMULATED_KEYWORD in sample.keywords,
    )


def _check_twins(files: Sequence[TrainingFile]) -> None:
    """One file under two patients would be trained on and tested on."""
    patients: dict[str, str] = {}
    for file in files:
        other = patients.setdefault(file.sha256, file.tube.patient)
        if other != file.tube.patient:
            raise ModelError(f"the same file is of {other} and of {file.tube.patient}")


def _card(
    out: Path,
    training: TrainingSet,
    trained: Trained,
    definitions: Definitions,
    options: TrainingOptions,
) -> ModelCard:
    rules = load_evaluation_rules(options.panels)
    limits = definitions.learning
    specimens, evaluated = specimen_cards(training.files, trained, limits, rules)
    blasts = sum(int(np.count_nonzero(file.tube.blasts)) for file in training.files)
    return ModelCard(
        model=trained.model,
        model_sha256=sha256(out.read_bytes()).hexdigest(),
        facts={
            "flowpheno": VERSION,
            "learning.yaml": f"sha256 {definitions.hashes['learning.yaml']}",
            "seed": options.seed,
            "folds of patients": max(trained.folds) + 1,
            "nucleated cells labelled as blasts": blasts,
            "an event is called above a probability of": limits.called_probability,
        },
        cytometers=tuple(sorted({f.cytometer for f in training.files if f.cytometer})),
        specimens=specimens,
        groups=group_cards(evaluated, rules),
    )
