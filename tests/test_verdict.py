"""What a verdict's percentage refers to."""

from dataclasses import replace

from tests.invented import run_of


def test_a_percentage_is_of_all_nucleated_cells_unless_another_number_is_there():
    (result,) = run_of("marrow").specimens
    plain = result.verdict
    assert plain.n_denominator is None
    assert plain.n_counted == plain.n_nucleated
    assert replace(plain, n_denominator=7).n_counted == 7
    assert replace(plain, n_denominator=0).n_counted == 0
