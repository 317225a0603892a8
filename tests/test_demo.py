"""What the demonstration writes."""

import pytest

from flowpheno import demo
from flowpheno.panel.case import load_case
from flowpheno.pipeline.directory import SIMULATED_KEYWORD
from flowpheno.reading import read_fcs


@pytest.mark.slow
def test_every_file_of_the_case_is_there_and_says_that_it_is_simulated(tmp_path):
    files = demo.write_demo(tmp_path, seed=1)
    described = load_case(files.case)
    assert described.simulated
    named = {files.case.parent / name for s in described.specimens for name in s.fcs}
    assert named
    assert len(set(files.normals)) == 12
    for path in (*named, files.normals[0]):
        assert SIMULATED_KEYWORD in read_fcs(path).keywords
