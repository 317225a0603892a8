from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from flowpheno.errors import FcsError
from flowpheno.fcs import data
from flowpheno.fcs.part import Wanted
from flowpheno.fcs.reader import iterate_dataset, read_bytes, read_dataset
from flowpheno.fcs.selection import Scaling
from tests.fcs.fcs_bytes import build_fcs, describe, float_file, integer_file

VALUES = [[1, 2, 3], [40, 500, 1023]]


def messages(dataset):
    return [finding.message for finding in dataset.findings]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bits", [10, 16, 24, 32, 40, 64])
def test_integers_of_any_width(bits, order):
    dataset = read_bytes(integer_file(VALUES, bits=bits, order=order))
    np.testing.assert_array_equal(dataset.events, np.float32(VALUES))
    assert dataset.events.dtype == np.float32
    assert dataset.events.flags.c_contiguous
    assert not dataset.events.flags.writeable


@pytest.mark.parametrize(("order", "sign"), [("1,2", "<"), ("2,1", ">")])
def test_two_byte_orders(order, sign):
    dataset = read_bytes(integer_file(VALUES, bits=16, order=sign, BYTEORD=order))
    np.testing.assert_array_equal(dataset.events, np.float32(VALUES))


def test_bytes_need_no_order():
    dataset = read_bytes(integer_file([[7, 255]], bits=8, BYTEORD=""))
    np.testing.assert_array_equal(dataset.events, [[7, 255]])


def test_bits_above_the_range_are_masked():
    dataset = read_bytes(integer_file([[0xFC05, 0x07FF]], P1R="1024", P2R="1025"))
    np.testing.assert_array_equal(dataset.events, [[5, 0x7FF]])


@pytest.mark.parametrize("type_", ["f4", "f8"])
@pytest.mark.parametrize(("order", "sign"), [("1,2,3,4", "<"), ("4,3,2,1", ">")])
def test_floating_point(type_, order, sign):
    values = np.array([[1.5, -2.25], [3e30, 0.0]], dtype=sign + type_)
    letter, bits = {"f4": ("F", 32), "f8": ("D", 64)}[type_]
    keywords = describe(2, 2, data_type=letter, bits=bits, BYTEORD=order)
    dataset = read_bytes(build_fcs(keywords, values.tobytes()))
    np.testing.assert_array_equal(dataset.events, values.astype(np.float32))


@pytest.mark.parametrize(
    ("order", "places"), [("3,4,1,2", [2, 3, 0, 1]), ("2,1,4,3", [1, 0, 3, 2])]
)
@pytest.mark.parametrize("kind", ["f4", "u4"])
def test_mixed_byte_orders(order, places, kind):
    values = np.array([[1, 70000], [3, 123456]], dtype="<" + kind)
    octets = values.view(np.uint8).reshape(-1, 4)[:, places]
    letter = {"f4": "F", "u4": "I"}[kind]
    raw = build_fcs(describe(2, 2, data_type=letter, BYTEORD=order), octets.tobytes())
    np.testing.assert_array_equal(read_bytes(raw).events, values.astype(np.float32))


def test_mixed_widths_and_types():
    row = np.array(
        [(7, 1000, 2.5, -1.5)], dtype=[("a", "u1"), ("b", "<u4"), ("c", "<f4"), ("d", "<f8")]
    )
    more = {f"P{n}DATATYPE": letter for n, letter in enumerate("IIFD", start=1)}
    more |= {"P1B": "8", "P2B": "32", "P3B": "32", "P4B": "64"}
    dataset = read_bytes(build_fcs(describe(1, 4, **more), row.tobytes(), version="FCS3.2"))
    np.testing.assert_array_equal(dataset.events, [[7, 1000, 2.5, -1.5]])


@pytest.mark.parametrize(("bits", "decades"), [(16, "4,1"), (32, "4,1"), (24, "4,1"), (16, "4,0")])
def test_logarithmic_integers_become_linear(bits, decades):
    raw = integer_file([[0], [256], [512], [1023]], bits=bits, P1E=decades, P1R="1024")
    expected = [1, 10, 100, 10 ** (4 * 1023 / 1024)]
    np.testing.assert_allclose(read_bytes(raw).events[:, 0], expected, rtol=1e-6)


def test_logarithmic_integers_of_many_channels_become_linear():
    raw = integer_file([[0], [2**19]], bits=32, P1E="4,0.5", P1R=str(2**20))
    np.testing.assert_allclose(read_bytes(raw).events[:, 0], [0.5, 50], rtol=1e-6)


def test_floats_are_never_delogged_and_gains_never_applied():
    dataset = read_bytes(float_file([[256.0]], P1E="4,1", P1G="8"))
    assert dataset.events[0, 0] == 256
    assert dataset.parameters[0].gain == 8


def test_values_that_are_no_numbers_are_counted():
    dataset = read_bytes(float_file([[1.0, np.nan], [np.inf, -np.inf]]))
    assert "3 of 4 values are not finite" in messages(dataset)


def test_doubles_beyond_float32_are_counted():
    values = np.array([[1e300]])
    dataset = read_bytes(build_fcs(describe(1, 1, data_type="D", bits=64), values.tobytes()))
    assert "1 of 1 values are not finite" in messages(dataset)


def test_large_but_finite_values_are_not_mistaken():
    assert messages(read_bytes(float_file([[3e38, 3e38], [-3e38, 3e38]]))) == []


@pytest.mark.parametrize(
    ("bits", "raw"),
    [("4", b" 1.5-2.0 7e1   3"), ("*", b"1.5,-2.0\r\n7e1 3")],
    ids=["fixed", "free"],
)
def test_characters(bits, raw):
    keywords = describe(2, 2, data_type="A", bits=1, P1B=bits, P2B=bits)
    np.testing.assert_allclose(read_bytes(build_fcs(keywords, raw)).events, [[1.5, -2], [70, 3]])


@pytest.mark.parametrize(
    ("bits", "raw", "problem"),
    [
        ("4", b" 1.5 abc", "b' abc' is no number"),
        ("*", b"1.5", "2 values expected, 1 present"),
        ("*", b"1.5 nan", "b'nan' is no number"),
    ],
)
def test_characters_that_are_no_numbers(bits, raw, problem):
    keywords = describe(1, 2, data_type="A", bits=1, P1B=bits, P2B=bits)
    with pytest.raises(FcsError, match=problem):
        read_bytes(build_fcs(keywords, raw))


def test_matrix_larger_than_memory(monkeypatch):
    def full(*_args, **_options):
        raise MemoryError

    raw = float_file([[1.0]])
    monkeypatch.setattr(data.np, "empty", full)
    with pytest.raises(FcsError, match="1 events x 1 parameters do not fit into memory"):
        read_bytes(raw)


@pytest.mark.parametrize("bits", [16, 24])
def test_blocks_are_seamless(monkeypatch, bits):
    values = np.arange(999).reshape(333, 3)
    monkeypatch.setattr(data, "_BLOCK_BYTES", 100)
    monkeypatch.setattr(data, "_DECODED_VALUES", 20)
    np.testing.assert_array_equal(read_bytes(integer_file(values, bits=bits)).events, values)


@given(
    st.integers(1, 64), st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=5), st.booleans()
)
def test_masked_integers_of_every_width(bits, values, big):
    resolution = 2**bits
    column = [[value % 2 ** (-(-bits // 8) * 8)] for value in values]
    width = next(size for size in (1, 2, 3, 4, 5, 6, 7, 8) if size * 8 >= bits)
    if bits % 8:
        width = next(size for size in (1, 2, 4, 8) if size * 8 > bits)
    octets = b"".join(v[0].to_bytes(width, "big" if big else "little") for v in column)
    order = "4,3,2,1" if big else "1,2,3,4"
    more = {"P1R": str(resolution), "BYTEORD": order}
    raw = build_fcs(describe(len(column), 1, data_type="I", bits=bits, **more), octets)
    expected = np.array([v[0] % resolution for v in column], dtype=np.float64).astype(np.float32)
    np.testing.assert_allclose(read_bytes(raw).events[:, 0], expected, rtol=1e-6)


def packed_file(values, bits, *, little):
    """Values of some bits each, one behind the other: an independent, slow way to write them."""
    digits = [format(v, f"0{b}b") for row in values for v, b in zip(row, bits, strict=True)]
    if little:  # the stream is one long number whose lowest bits come first
        stream = "".join(reversed(digits))
        octets = int(stream, 2).to_bytes(-(-len(stream) // 8), "little")
    else:
        stream = "".join(digits)
        stream += "0" * (-len(stream) % 8)
        octets = int(stream, 2).to_bytes(len(stream) // 8, "big")
    order = "1,2,3,4" if little else "4,3,2,1"
    more = {f"P{n}B": str(b) for n, b in enumerate(bits, start=1)}
    more |= {f"P{n}R": str(2**b) for n, b in enumerate(bits, start=1)}
    keywords = describe(len(values), len(bits), data_type="I", BYTEORD=order, **more)
    return build_fcs(keywords, octets)


@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=4).filter(
        lambda bits: any(b % 8 for b in bits)
    ),
    st.integers(5, 40),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_packed_bits(bits, n_events, little, random):
    values = [[random.getrandbits(b) for b in bits] for _ in range(n_events)]
    padded = sum(next(w for w in (8, 16, 32, 64) if w >= b) if b % 8 else b for b in bits)
    assume(n_events * (padded - sum(bits)) >= 4 * 8)  # else the length does not tell them apart
    raw = packed_file(values, bits, little=little)
    np.testing.assert_array_equal(read_bytes(raw).events, np.float32(values))
    part = Wanted(events=slice(3, None, 2), channels=["FL1-A"])
    expected = np.float32(values)[3::2, :1]
    np.testing.assert_array_equal(read_bytes(raw, wanted=part).events, expected)


def test_packed_bits_of_many_blocks(monkeypatch):
    monkeypatch.setattr(data, "_BLOCK_BYTES", 100)
    monkeypatch.setattr(data, "_DECODED_VALUES", 20)
    values = np.arange(3000).reshape(1000, 3) % 1024
    for little in (True, False):
        raw = packed_file(values.tolist(), [10, 10, 10], little=little)
        np.testing.assert_array_equal(read_bytes(raw).events, values)
        part = read_bytes(raw, wanted=Wanted(events=slice(5, 900, 7)))
        np.testing.assert_array_equal(part.events, values[5:900:7])


KINDS = {
    "float": float_file,
    "words": lambda v: integer_file(v, bits=16),
    "log": lambda v: integer_file(v, bits=16, P1E="4,1", P2E="4,1", P3E="4,1"),
    "odd": lambda v: integer_file(v, bits=24, order=">"),
    "characters": lambda v: build_fcs(
        describe(*np.shape(v), data_type="A", bits=1, P1B="*", P2B="*", P3B="*"),
        " ".join(str(x) for row in v for x in row).encode(),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@given(
    st.slices(40).filter(lambda s: (s.step or 1) > 0),
    st.permutations(["FL1-A", "FL2-A", "FL3-A"]),
    st.integers(1, 3),
)
def test_a_part_is_the_part_of_the_whole(kind, events, names, n_channels):
    values = np.arange(120).reshape(40, 3)
    raw = KINDS[kind](values.tolist())
    whole = read_bytes(raw).events
    names = names[:n_channels]
    part = read_bytes(raw, wanted=Wanted(events=events, channels=names))
    columns = [int(name[2]) - 1 for name in names]
    np.testing.assert_array_equal(part.events, whole[events][:, columns])
    assert [p.detector for p in part.parameters] == names
    assert part.n_recorded == 40
    assert part.events.flags.c_contiguous


def test_events_are_not_read_backwards():
    with pytest.raises(ValueError, match="not with a step of -1"):
        read_bytes(float_file([[1.0]]), wanted=Wanted(events=slice(None, None, -1)))


@pytest.mark.parametrize(
    ("channels", "problem"),
    [
        (["FL9-A"], "no channel called 'FL9-A'; there are FL1-A, FL2-A, FL3-A"),
        (["CD10"], "2 channels called 'CD10'"),
        ([], "no channel is asked for"),
        (["FL3-A", "CD19"], "asked for twice"),
    ],
)
def test_channels_that_cannot_be_had(channels, problem):
    raw = float_file([[1.0, 2.0, 3.0]], P1S="CD10", P2S="CD10", P3S="CD19")
    with pytest.raises(FcsError, match=problem):
        read_bytes(raw, wanted=Wanted(channels=channels))
    by_label = read_bytes(raw, wanted=Wanted(channels=["CD19"]))
    np.testing.assert_array_equal(by_label.events, [[3.0]])


def test_a_matrix_that_needs_a_channel_left_out_is_said():
    raw = float_file([[1.0, 2.0, 3.0]], _SPILL="2,FL1-A,FL2-A,1,0.1,0.2,1")
    assert messages(read_bytes(raw, wanted=Wanted(channels=["FL2-A", "FL1-A"]))) == []
    (message,) = messages(read_bytes(raw, wanted=Wanted(channels=["FL1-A"])))
    assert message.startswith("SPILL needs 1 channels that are not read")


def test_scalings():
    raw = integer_file([[512, 300]], bits=16, P1E="4,1", P1R="1024", P2G="4")

    def first(scaling):
        return read_bytes(raw, wanted=Wanted(scaling=scaling)).events[0].tolist()

    assert first(Scaling.LINEAR) == [100, 300]
    assert first(Scaling.GAIN) == [100, 75]
    assert first(Scaling.RAW) == [512, 300]
    floats = float_file([[512.0, 300.0]], P2G="4")
    assert read_bytes(floats, wanted=Wanted(scaling=Scaling.GAIN)).events.tolist() == [[512, 75]]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", ["f4", "u2", "log"])
def test_threads_read_what_one_reads(tmp_path, monkeypatch, kind, order):
    values = np.random.default_rng(5).integers(0, 1000, (5000, 3))
    sign = "1,2,3,4" if order == "<" else "4,3,2,1"
    if kind == "f4":
        raw = build_fcs(describe(5000, 3, BYTEORD=sign), values.astype(f"{order}f4").tobytes())
    else:
        more = {"P2E": "4,1"} if kind == "log" else {}
        raw = integer_file(values, bits=16, order=order, **more)
    path = tmp_path / "large.fcs"
    path.write_bytes(raw)
    monkeypatch.setattr(data, "_BLOCK_BYTES", 1000)
    monkeypatch.setattr(data, "_DECODED_VALUES", 100)
    monkeypatch.setattr(data, "_THREADED_BYTES", 0)
    monkeypatch.setattr(data.os, "cpu_count", lambda: 4)
    dataset = read_dataset(path)
    np.testing.assert_array_equal(dataset.events, read_bytes(raw).events)
    if kind == "f4":
        np.testing.assert_array_equal(dataset.high, dataset.events.max(axis=0))


def test_blocks_of_a_file_are_its_events(tmp_path):
    path = tmp_path / "long.fcs"
    values = np.arange(30, dtype=np.float32).reshape(10, 3)
    path.write_bytes(float_file(values))
    blocks = [dataset.events for dataset in iterate_dataset(path, 4)]
    assert [len(block) for block in blocks] == [4, 4, 2]
    np.testing.assert_array_equal(np.vstack(blocks), values)
    part = Wanted(events=slice(1, None, 3), channels=["FL2-A"])
    parts = [dataset.events for dataset in iterate_dataset(path, 2, wanted=part)]
    np.testing.assert_array_equal(np.vstack(parts), values[1::3, 1:2])
    with pytest.raises(ValueError, match="a block of 0 events"):
        next(iterate_dataset(path, 0))


def test_an_empty_file_is_one_empty_block(tmp_path):
    path = tmp_path / "empty.fcs"
    path.write_bytes(build_fcs(describe(0, 2), b"", header_data=(0, 0), text_data=None))
    (block,) = iterate_dataset(path, 100)
    assert block.events.shape == (0, 2)


def test_the_largest_value_is_measured_where_it_can_exceed_the_full_scale():
    floats = read_bytes(float_file([[1.0, 300000.0], [2.0, -5.0]]))
    assert floats.high.tolist() == [2, 300000]
    odd = read_bytes(integer_file([[1500, 7]], bits=16, P1R="1100", P2R="1024"))
    assert odd.high.tolist() == [1500, 7]
    whole = read_bytes(integer_file([[15, 7]], bits=16, P1R="1024", P2R="1024", P2E="4,1"))
    assert whole.high.tolist() == [1024, 10_000]


@pytest.mark.parametrize("step", [1, 3, 1000])
@pytest.mark.parametrize("kind", KINDS)
def test_far_steps(kind, step):
    values = np.arange(6000).reshape(2000, 3) % 1000
    raw = KINDS[kind](values.tolist())
    part = read_bytes(raw, wanted=Wanted(events=slice(7, None, step)))
    np.testing.assert_array_equal(part.events, read_bytes(raw).events[7::step])


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        ({"events": 10}, "events are chosen by a slice, not by int"),
        ({"channels": "FL1-A"}, "channels are a list of names"),
    ],
)
def test_parts_asked_for_wrongly(part: dict[str, Any], problem):
    with pytest.raises(TypeError, match=problem):
        read_bytes(float_file([[1.0]]), wanted=Wanted(**part))


def test_events_beyond_the_count_are_left_out_and_said():
    dataset = read_bytes(float_file([[1.0], [2.0], [3.0]], TOT="2"))
    assert dataset.events.tolist() == [[1], [2]]
    assert messages(dataset) == ["DATA holds 3 events, $TOT says 2: the last 1 are left out"]
