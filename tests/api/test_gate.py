"""Gates written from a notebook."""

import pytest

import flowpheno as fp

GATE = fp.gates.Threshold(id="bright", dimension=fp.gates.Dimension(channel="CD19"), value=0.5)


@pytest.mark.parametrize("ending", [".yaml", ".yml", ".xml"])
def test_what_is_written_is_read_again(ending, tmp_path):
    strategy = fp.Strategy(gates=(GATE,), name="ours")
    path = fp.write_strategy(strategy, tmp_path / f"ours{ending}")
    read = fp.read_strategy(path)
    assert read.name == "ours"
    (gate,) = read.gates
    assert gate.id == "bright"
    assert gate.dimension if ending != ".xml" else gate.intervals[0].low == 0.5


def test_other_endings_and_existing_files_are_refused(tmp_path):
    strategy = fp.Strategy(gates=(GATE,))
    with pytest.raises(fp.errors.WritingError, match=r"ours\.wsp: gates are written as \.yaml"):
        fp.write_strategy(strategy, tmp_path / "ours.wsp")
    path = fp.write_strategy(strategy, str(tmp_path / "ours.xml"))
    with pytest.raises(fp.errors.WritingError, match="exists"):
        fp.write_strategy(strategy, path)
    assert fp.write_strategy(strategy, path, overwrite=True) == path
