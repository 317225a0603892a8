from __future__ import annotations

import pytest

from flowpheno.errors import FcsError, UnsupportedFcsError
from flowpheno.fcs.parameters import DataType, Parameter, parse_parameters
from flowpheno.fcs.repair import Repairs, Strictness
from tests.fcs.fcs_bytes import describe


def parse(keywords):
    repairs = Repairs(strictness=Strictness.LENIENT)
    return parse_parameters(keywords, repairs=repairs), [note.message for note in repairs.noted]


def integer(bits, resolution):
    return Parameter(
        detector="FL1",
        label="",
        data_type=DataType.INTEGER,
        bits=bits,
        resolution=resolution,
        decades=0.0,
        offset=0.0,
        gain=1.0,
    )


def test_all_keywords_are_read():
    keywords = describe(1, 1, data_type="I", bits=16, P1R="1024", P1E="4,0.1", P1S="CD10", P1G="2")
    (parameter,), messages = parse(keywords)
    assert parameter == Parameter(
        detector="FL1-A",
        label="CD10",
        data_type=DataType.INTEGER,
        bits=16,
        resolution=1024,
        decades=4,
        offset=0.1,
        gain=2,
    )
    assert parameter.range == pytest.approx(1000)
    assert messages == []


@pytest.mark.parametrize(
    ("bits", "resolution", "mask"),
    [
        (16, 1024, 0x3FF),
        (16, 1000, 0x3FF),
        (16, 1025, 0x7FF),
        (16, 65536, 0xFFFF),
        (16, 1e9, 0xFFFF),
        (32, 2**20, 0xFFFFF),
        (32, 2**32, 0xFFFFFFFF),
        (64, 2.0**64, 2**64 - 1),
        (24, 30000, 0x7FFF),
        (10, 1024, 0x3FF),
        (8, 1, 0),
    ],
)
def test_masks_reach_to_the_next_power_of_two(bits, resolution, mask):
    assert integer(bits, resolution).mask == mask


@pytest.mark.parametrize(("bits", "width"), [(8, 1), (10, 2), (12, 2), (24, 3), (30, 4), (33, 8)])
def test_odd_bits_stand_in_the_next_word(bits, width):
    assert integer(bits, 1024).width == width


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"P1E": "4,0"}, "impossible offset 0; read as 1"),
        ({"P1E": "log"}, "$PnE is not two numbers; linear"),
        ({"P1R": ""}, "$PnR is missing or not positive; taken from $PnB"),
        ({"DATATYPE": ""}, "$DATATYPE is missing; integers, by their $PnB"),
        ({"DATATYPE": "F", "P1E": "4,1"}, "logarithmic though the data are no integers"),
        ({"DATATYPE": "D"}, "$PnB is not 64 though the type is D"),
        ({"P2N": "FL1-A"}, "1 $PnN missing or repeated; called FL1-A (2)"),
        ({"P1N": ""}, "1 $PnN missing or repeated; called P1"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_repairs_are_noted(changes, message):
    _, messages = parse(describe(1, 2, data_type="I", bits=16, **changes))
    assert any(message in found for found in messages)


def test_names_are_unique_whatever_the_file_says():
    keywords = describe(1, 4, P1N="A", P2N="A", P3N="A (2)", P4N="A")
    names = [parameter.detector for parameter in parse(keywords)[0]]
    assert len(set(names)) == 4
    assert names[0] == "A"
    assert names[2] == "A (2)"


def test_mixed_types_of_fcs_3_2():
    parameters, _ = parse(describe(1, 2, P1DATATYPE="I", P1B="16"))
    assert [(p.data_type.value, p.width) for p in parameters] == [("I", 2), ("F", 4)]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"PAR": ""}, r"\$PAR is missing"),
        ({"PAR": "0"}, r"\$PAR is missing or no count"),
        ({"PAR": "1000000000"}, r"\$PAR is 1000000000, but there are \d+ keywords"),
        ({"DATATYPE": "X"}, r"\$DATATYPE is 'X'; one of I, F, D, A expected"),
        ({"DATATYPE": "", "P1B": "32"}, r"\$DATATYPE is ''"),
        ({"P1B": "0"}, r"\$P1B is '0'; a number of bits expected"),
        ({"P1B": ""}, r"\$P1B is ''; a number of bits"),
        ({"P1B": "-16"}, r"\$P1B is '-16'; a number of bits"),
        ({"P1E": "400,1"}, r"\$P1E is 400,1: no amplifier has that"),
        ({"P1E": "-4,1"}, r"no amplifier has that"),
        ({"P1E": "4,1e20"}, r"no amplifier has that"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_refusals(changes, problem):
    with pytest.raises(FcsError, match=problem):
        parse(describe(1, 1, data_type="I", bits=16, **changes))


def test_more_than_64_bits_are_unsupported():
    with pytest.raises(UnsupportedFcsError, match=r"\$P1B is 128 bits; at most 64 are read"):
        parse(describe(1, 1, data_type="I", bits=128))
