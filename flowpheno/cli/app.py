"""The commands, and how an error leaves the program."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from flowpheno.cli.case import case
from flowpheno.cli.classify import classify
from flowpheno.cli.compare import compare
from flowpheno.cli.compensate import compensate
from flowpheno.cli.convert import convert
from flowpheno.cli.demo import demo
from flowpheno.cli.dilute import dilution, spike
from flowpheno.cli.evaluate import evaluate
from flowpheno.cli.gate import gate
from flowpheno.cli.inspect import inspect
from flowpheno.cli.manifest import app as manifest_app
from flowpheno.cli.mrd import app as mrd_app
from flowpheno.cli.panels import panels as panels_app
from flowpheno.cli.registry import app as registry_app
from flowpheno.cli.score import score
from flowpheno.cli.simulate import app as simulate_app
from flowpheno.cli.simulate_specimen import relapse, specimen
from flowpheno.cli.template import app as template_app
from flowpheno.cli.train import train
from flowpheno.errors import FlowphenoError
from flowpheno.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130

app = typer.Typer(
    name="flowpheno",
    help="Is there an aberrant B precursor in this marrow, down to which limit, and does it match "
    "the diagnosis? Research use only.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
# help is given here: Typer would print the parameter lists of the docstrings
app.command(help="Judge every marrow among FCS files and folders.")(classify)
app.command(help="Say what an FCS file is: version, channels, markers, spillover, problems.")(
    inspect
)
app.command(help="Compare the phenotype at diagnosis with the one at relapse.")(compare)
app.command(help="Write FCS files as FCS, Parquet or CSV; compensated, de-identified if asked.")(
    convert
)
app.command(help="Compensate files by a matrix, given or estimated from single-stain controls.")(
    compensate
)
app.command(help="Count what gates hold: Gating-ML 2.0, a FlowJo workspace or YAML.")(gate)
app.command(help="Judge a patient with several specimens, some without flow.")(case)
app.command(help="Score a phenotype typed from a report.")(score)
app.add_typer(
    manifest_app, name="manifest", help="What a person knows of the files: a draft of it."
)
app.add_typer(mrd_app, name="mrd", help="Residual disease: events to acquire, what a count says.")
app.add_typer(panels_app, name="panels", help="List, show, check the definitions in use.")
app.add_typer(
    registry_app, name="registry", help="The laboratory's memory: results of years, checkable."
)
app.add_typer(template_app, name="template", help="Build and show normal templates.")
app.command(
    help="Learn the blast probability of a cell from labelled files: evidence, no verdict."
)(train)
app.command(help="Hold results against labels: F1, blast fractions, verdicts by decade.")(evaluate)
simulate_app.command(help="Several tubes of one specimen.")(specimen)
simulate_app.command(help="One patient at diagnosis and at relapse.")(relapse)
simulate_app.command(help="Blasts of one real file among the other cells of another.")(spike)
simulate_app.command(help="A labelled real file as diagnosis and diluted follow-ups.")(dilution)
app.add_typer(
    simulate_app, name="simulate", help="Write simulated marrows with the truth about every event."
)
app.command(help="Run the whole job on a small simulated case; needs no data.")(demo)


def _say_version(value: bool) -> None:  # noqa: FBT001 - a Typer callback
    if value:
        typer.echo(f"flowpheno {VERSION}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(  # noqa: FBT001 - acted on by its callback
        False,  # noqa: FBT003 - the default
        "--version",
        callback=_say_version,
        is_eager=True,
        help="Print the version and end.",
    ),
) -> None:
    """Options of the program itself."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the program name; those of the process by default.

    Returns
    -------
    int
        Exit status: 0 every file judged, 1 some could not be used, 2 usage, 130 interrupted.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        status = app(args=arguments, prog_name="flowpheno", standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except typer.TyperException as error:  # usage
        _complain(error.format_message())
        return error.exit_code
    except FlowphenoError as error:
        _complain(str(error))
        return 1
    except OSError as error:  # a folder that cannot be written to
        _complain(f"{error.filename}: {error.strerror}")
        return 1
    return int(status or 0)


def _complain(message: str) -> None:
    """Say what is wrong on one line; nothing where help was printed instead."""
    line = " ".join(message.split())
    if line:
        typer.echo(f"flowpheno: {line}", err=True)
