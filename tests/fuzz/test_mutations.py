"""A few hundred damaged files in the suite; the command of `tests.fuzz.mutate` reads more."""

from __future__ import annotations

from functools import partial
from random import Random

import pytest

from flowpheno.fcs.reader import read_bytes
from tests.fuzz.contract import hold_to_contract, hold_to_round_trip
from tests.fuzz.fuzz_fcs import DICTIONARY
from tests.fuzz.mutate import Tally, main, mutants
from tests.fuzz.mutations import KEYWORDS, LARGEST, mutate
from tests.fuzz.seeds import built_seeds, real_heads

SEEDS = built_seeds()
REFUSED = {"histogram"}


@pytest.mark.parametrize("name", SEEDS)
def test_the_files_to_start_from_are_valid(name):
    assert (hold_to_contract(SEEDS[name]) == "read") is (name not in REFUSED)


def test_real_files_are_cut_to_their_first_events(data_dir):
    heads = {name: raw for name, raw in real_heads(data_dir) if "b_all_mrd_labelled" in name}
    (raw,) = heads.values()
    dataset = read_bytes(raw)
    assert dataset.events.shape == (200, 12)
    assert dataset.findings == ()


@pytest.mark.parametrize("seed", range(4))
def test_damaged_files_are_read_or_refused(seed):
    tally = Tally()
    for raw in mutants(list(SEEDS.values()), 100, seed):
        tally.add(raw, hold_to_contract)
    assert tally.failures == {}
    assert 0 < tally.outcomes["read"] < 100


def test_damaged_real_files_are_read_or_refused(data_dir):
    tally = Tally()
    heads = [raw for _, raw in real_heads(data_dir)]
    for raw in mutants(heads, 150, 1):
        tally.add(raw, hold_to_contract)
    assert tally.failures == {}


@pytest.mark.parametrize("name", sorted(SEEDS.keys() - REFUSED))
def test_what_is_read_can_be_written_and_read_again(tmp_path, name):
    assert hold_to_round_trip(SEEDS[name], tmp_path) == "written"


@pytest.mark.parametrize("deidentify", [False, True])
def test_damaged_files_that_are_read_can_be_written(tmp_path, deidentify):
    tally = Tally()
    check = partial(hold_to_round_trip, folder=tmp_path, deidentify=deidentify)
    for raw in mutants(list(SEEDS.values()), 20 if deidentify else 200, 5):
        tally.add(raw, check)
    assert tally.failures == {}
    assert tally.outcomes["written"] > 0


def test_the_same_seed_gives_the_same_files():
    seeds = list(SEEDS.values())
    assert list(mutants(seeds, 20, 3)) == list(mutants(seeds, 20, 3))
    assert list(mutants(seeds, 20, 3)) != list(mutants(seeds, 20, 4))


@pytest.mark.parametrize("raw", [b"", b"F", b"FCS3.0" + bytes(60)])
def test_anything_can_be_damaged(raw):
    assert all(len(mutate(raw, [raw], Random(seed))) <= LARGEST for seed in range(300))  # noqa: S311 - to damage files


def test_other_exceptions_are_counted_and_kept(monkeypatch, tmp_path, capsys):
    def fail(raw):
        raise OverflowError(len(raw))

    tally = Tally()
    tally.add(b"FCS", fail)
    assert tally.n_failures == 1
    assert next(iter(tally.failures)).startswith("OverflowError at test_mutations.py")
    monkeypatch.delenv("FLOWPHENO_DATA", raising=False)
    monkeypatch.setattr("tests.fuzz.mutate.hold_to_contract", lambda raw: str(raw.index(b"$PAR")))
    assert main(["--count", "200", "--keep", str(tmp_path)]) == 1
    assert [path.read_bytes().count(b"$PAR") for path in tmp_path.iterdir()] == [0]
    assert "other exceptions" in capsys.readouterr().out


def test_the_dictionary_knows_the_keywords():
    written = DICTIONARY.read_text(encoding="ascii")
    assert [keyword for keyword in KEYWORDS if f'"{keyword}"' not in written] == []
