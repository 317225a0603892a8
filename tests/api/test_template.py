"""A template of normal marrows, as a notebook builds it."""

import pytest

import flowpheno as fp
from flowpheno import notebook
from flowpheno.simulation import write_simulated
from tests.marrows import NORMAL_STATES, simulated_marrow


@pytest.fixture(scope="module")
def normals(tmp_path_factory):
    folder = tmp_path_factory.mktemp("normals")
    for number in range(5):
        state = NORMAL_STATES[number % len(NORMAL_STATES)]
        simulated = simulated_marrow(12_000 + number, state=state, n_events=12_000)
        write_simulated(folder / f"normal_{number}.fcs", simulated)
    (folder / "broken.fcs").write_text("<script>")
    return folder


def test_a_template_is_built_saved_and_shown(normals, tmp_path):
    path = tmp_path / "normal.npz"
    learned = fp.build_template(normals, name="ours & theirs", out=path)
    assert fp.load_template(path).normals == learned.template.normals
    assert fp.load_template(str(path)).normals == learned.template.normals
    assert [failure.error for failure in learned.failures] == ["FcsError"]
    html = notebook.template_html(learned)
    assert "ours &amp; theirs" in html
    assert "5 marrows: normal_0" in html
    assert "could not be used" in html


def test_too_few_marrows_are_refused(normals):
    with pytest.raises(fp.errors.TemplateError, match="5"):
        fp.build_template([normals / "normal_0.fcs", str(normals / "normal_1.fcs")])
