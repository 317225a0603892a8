"""flowpheno template, and a specimen judged against one."""

import json

import pytest

from flowpheno.cli import main

TUBE = "euroflow_bcp_all_mrd_t1"


@pytest.fixture(scope="module")
def normals(tmp_path_factory, write_marrow):
    folder = tmp_path_factory.mktemp("normals")
    for seed in range(6):
        write_marrow(folder / f"n{seed}.fcs", tube=TUBE, seed=seed)
    return folder


def test_build_show_and_use(normals, tmp_path, write_marrow, capsys):
    (normals / "broken.fcs").write_bytes(b"")
    path = tmp_path / "normal.npz"
    assert main(["template", "build", str(normals), "--out", str(path), "--name", "six"]) == 1
    said = capsys.readouterr()
    assert "6 normal marrows" in said.out
    assert "fewer than the recommended 20 marrows" in said.err
    assert "could not be used" in said.err
    assert "broken.fcs" in said.err

    assert main(["template", "show", str(path)]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["name"] == "six"
    assert facts["normals"] == [f"n{seed}" for seed in range(6)]

    relapse = write_marrow(tmp_path / "relapse.fcs", tube=TUBE, seed=5, percent=60)
    arguments = ["classify", str(relapse), "--template", str(path), "--known-bcp-all", "--json"]
    assert main([*arguments, "--out", str(tmp_path / "out"), "--no-report"]) == 0
    (specimen,) = json.loads(capsys.readouterr().out)["specimens"]
    assert specimen["verdict"] == "CONFIRMED_BCP_ALL"
    assert specimen["template"] == "six"


def test_too_few_marrows_make_no_template(normal, tmp_path, one_line):
    path = tmp_path / "t.npz"
    assert main(["template", "build", str(normal), "--out", str(path)]) == 1
    assert not path.exists()
    one_line()


def test_what_is_no_template_is_named(tmp_path, one_line):
    path = tmp_path / "t.npz"
    path.write_bytes(b"PK")
    assert main(["template", "show", str(path)]) == 1
    assert "t.npz" in one_line()
