"""Names as real files spell them: each resolved, or reported, never guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.marker import Vocabulary, canonical_marker, resolve_channel
from flowpheno.panel.vocabulary import builtin_vocabulary

SPELLINGS = {
    "CD10": "CD10|cd10|CD 10|CD-10|CD_10|CD10PE|CD10-PE|CD10 PE|CD10_PE|CD10.PE|CD10 PE-A|CD10PC5"
    "|CD10PC55|CD10VIOLET610-A|CD101UL|CD10 1UL|CD10BV605VIOLET610-A|CD10 APC|CD10-PC7|CALLA-PE"
    "|CD10 (PE)|PE CD10|PE-CD10|anti-CD10|CD10 LOG|CD10-ECD|CD10 BV-421|156Gd_CD10|CD10_Gd156",
    "CD19": "CD19|CD19 PE-Cy7-A|CD19PECY7|CD19PC7|CD19-PB|CD19 PE/Cy7|CD19 PE Cy7|CD19 PECy7-A"
    "|CD19 PE-Cyanine7|CD19-PC5|CD19 APC-A|CD19_Nd142|142Nd_CD19|CD19(Nd142)Di|CD19-BUV395"
    "|CD19 Alexa Fluor™ 700|CD19 Alexa700|142-CD19|CD19 BV786|CD19 PerCP-Cy5.5",
    "CD20": "CD20|CD20 FITC|CD20 LOG|CD20APC-A750|CD20AX750|CD20BC|CD20-PB|CD20 V450-A|CD20-PC7"
    "|CD20 APC-H7|CD20-APC-Alexa 750|CD20 APC-Alexa Fluor 750|CD20 Pacific Blue|CD20_Sm147",
    "CD22": "CD22|CD22-PC5|CD22 APC|CD22PE|sCD22|CD22_Nd143|CD22 BV421|CD22APC-A",
    "cyCD22": "cyCD22|iCD22|CD22c|22c|cCD22|CD22c PE|CD22cAPC|cyt CD22|cyto-CD22|CD22 (cyt)",
    "CD24": "CD24|CD24VIOLET780-A|CD24BV785VIOLET780-A|CD24 APC-H7|CD24_Gd160|CD24-FITC",
    "CD34": "CD34|CD34-ECD|CD34ECDECD-A|CD34ECD|CD34BV605|CD34 ECD-A|CD34-PC5|CD34 PerCP-Cy5-5-A"
    "|148-CD34|CD34(Nd148)Di|CD34_Nd148|148Nd_CD34|Nd148_CD34|CD34 PERCPCY55|CD34PERCPCY5.5"
    "|CD34 APC|HPCA-2 PE|CD34.PE-Cy7.A|CD34PECY7-A",
    "CD38": "CD38|CD38 LOG|CD38-FITC|CD38APC-A700|CD38BC1UL|CD38APC-AX700|CD38AX700|CD38 FITC-A"
    "|CD38FITC-A|CD381UL|CD38-APC-A700|CD38 APC H7|CD38_Er168|CD38 APC-Fire 750",
    "CD45": "CD45|CD45 LOG|CD45-KRO|CD45KO525-A|CD45PERCPPC5.5-A|CD45 KO525-A|CD45V500-C-A"
    "|CD45 PacO|CD45 Pacific Orange|CD45-ECD|CD45 PerCP|cd45 VioBlue-A|CD45 OC515|CD45_In115"
    "|CD45-V500|CD45 APC-Cy7|89Y_CD45|CD45(Y89)Di|CD45 Krome Orange|CD45 BV510|112Cd_CD45",
    "CD58": "CD58|CD58FITC|CD58-FITC|LFA-3 FITC|CD58_Tm169|CD58 FITC-A",
    "CD81": "CD81|CD81 FITC|CD81-APC-H7|TAPA-1|CD81APC-C750",
    "CD66": "CD66|CD66-PE|CD66 FITC",
    "CD66c": "CD66c|KORSA|66c|CD66C-PE|CD66cPE|KOR-SA3544 FITC|CD66 c PE",
    "cyCD79a": "CD79a|CD79A|iCD79a|cyCD79a|CD79ac|cCD79a|79Ac|C79a|cyCD79a-PE|CD79a APC|CD79A PE"
    "|CD79APE-A|cy CD79a|CD79a (cyt)|intracellular CD79a",
    "CD79b": "CD79b|CD79b-PE|CD79BPE|CD79b_Nd146|79b FITC",
    "TdT": "TdT|TDT|nTdT|NuTdT|TdTc|Tdtc|TdT c|cyTdT|TdT FITC|TdTFITC|TdT_Dy164"
    "|cTdT-FITC|TdT-FITC",
    "HLADR": "HLADR|HLA-DR|HLA DR|HLA_DR|DR|HLADRPB450-A|HLA-DRPB450-A|HLA-DR PB450-A|HLA-DR-FITC"
    "|HLADR-PB|DR V450|HLADR_Yb174|174Yb_HLA-DR|HLA-DR-APC-A750|HLA.DR.FITC",
    "cyMPO": "MPO|MPX|MPOc|cyMPO|cMPO|MPO FITC|MPO-PE|cyMPO-FITC|cy MPO|myeloperoxidase FITC",
    "cyCD3": "cyCD3|iCD3|ICD3|CD3c|cCD3|3c|c3|CyCD3 PB|cCD3-V450|CD3c PE|cytoplasmic CD3|CD3 cyt",
    "CD3": "CD3|CD3 PerCP|CD3BV605|CD3PG|CD3PC5.5-A|CD3BV605VIOLET610-A|CD3PERCP-CY5.5-A"
    "|CD3-APC-A700|CD3e|sCD3|CD3 ECD|CD3ECD|CD3_Er170|CD3-PC5|UCHT1-FITC",
    "CD7": "CD7|CD7 RD1|CD7ECD|CD7PC55|CD7 APC-A|CD7APCAPC-A|CD7PEDAZZLE594ECD-A|CD71ULBIOLEGEND",
    "CD71": "CD71|CD71VIOLET660-A|CD71-FITC|CD71 PE",
    "CD13": "CD13|CD13-PE|CD13APC-A|CD13 PE-A|My7",
    "CD33": "CD33|CD33-PC7|CD33PE|CD33VIOLET660-A|CD33BV650VIOLET660-A|CD33 PC7-A|CD33 PE-Cy7",
    "CD15": "CD15|CD15-FITC|CD15FITC-A|CD15 FITC|SSEA-1",
    "CD65": "CD65|CDw65|CD65-FITC|CDw65 FITC",
    "CD14": "CD14|CD14-APC-A700|CD14APC-A700-A|CD14-A700|CD14 APC-H7",
    "CD117": "CD117|CD117-PC5.5|CD117PC5.5-A|CD117BV605|CD117 PC5.5-A|c-kit PE",
    "CD123": "CD123|CD123-APC-A700|CD123-A700|CD123PE|CD123 APC-A700-A|IL3RA|CD123_Eu151",
    "CD371": "CD371|CLL1|CLL-1|CLEC12A|CLL1-APC|CD371-APC|CD371 PE-A",
    "CD304": "CD304|BDCA4|BDCA-4 PE|NRP1",
    "NG2": "NG2|7.1|7'1|7*1|NG2PE-A|7.1 PE|NG2 (7.1) PE|CSPG4",
    "TSLPR": "TSLPR|TSLP-R|CRLF2|TSLPr_Dy161|TSLPR PE",
    "CD99": "CD99|CD99PE|CD992UL|CD99BC|CD99 FITC-A|CD99-PE|CD99APC-A",
    "cyIgM": "cyIgM|IgMc|IgMi_Eu153|cIgM|cyIgM-FITC|cyMu|cIgM FITC",
    "sIgM": "sIgM|IgMs|smIgM|IgMs_Lu175|sIgM APC",
    "sIgK": "Kappa|kappa-FITC|K|Kap|IgK|Kappa PE|KAPPAFITC|sIgK|smIgKappa|Ig kappa",
    "sIgL": "Lambda|lambda-PE|L|Lam|IgL|Lambda-FITC|sIgL|LAMBDAPE",
    "cyKappa": "cyKappa|cy Kappa|cKappa FITC",
    "CD300e": "CD300e|IREM2|IREM-2 PE",
    "CD1a": "CD1a|CD1AAPC|CD1AAPC-A|CD1ABV605-A|CD1a-PE",
    "CD8": "CD8|CD8AX750|CD8APC-CY7APC-A750-A|CD8APC-H7-A|cd8 FITC-A|CD8 APC|CD8a",
    "CD103": "CD103|CD103-FITC|CD103FITC|CD103PE-A",
    "CD105": "CD105|CD105PE|CD105 PE",
    "CD138": "CD138|CD138-PE|CD138APC",
    "CD11b": "CD11b|CD11B-APC-A750|CD11B-A750|CD11BAPC-A750-A|CD11BPC7",
    "CD45RA": "CD45RA|CD45RA-A750|CD45RABV510|CD45RAAPC-A750-A",
    "CD235a": "CD235a|CD235|GlyA|glycophorin A PE|CD235APE",
    "TCRgd": "TCRgd|TCR γδ|TCR-gd FITC|gdTCR",
    "SYTO": "SYTO|Syto 41|SYTO 41|SY41 LOG|_SYTO41-A|SYTO41 LOG|Syto41 PB450-A|SYTO41V450-A|SYTO16"
    "|SYTO-13|DRAQ5|DNA1_Ir191|191Ir_DNA1|SYTO16-FITC|Hoechst 33342",
    "VIABILITY": "7-AAD|7AAD|Live/Dead|LIVE_DEAD|LIVEDEAD Aqua|LIVE/DEAD Fixable Aqua|Zombie NIR"
    "|Zombie Violet|FVS780|FVS 510|viability|viability_Pt195"
    "|eFluor 780 viability|PI|PI/PE-Cy5-A"
    "|L/D Aqua|propidium iodide|Cisplatin_Pt195|DRAQ7|FVD eFluor 780|ViViD|SYTOX Blue",
    "CD66c+CD123": "CD66c+CD123|CD123+CD66c|CD66c+CD123 PE|CD66c/CD123|CD66c+123|CD66c_CD123"
    "|CD66c & CD123|CD66cCD123PE",
    "CD73+CD304": "CD73+CD304|CD73_CD304|CD304+73|CD73/304 PE",
    "CD15+CD65": "CD15/CDw65|CD15+CD65|CD15/CDw65 FITC|CD15+65",
    "CD7+CD19": "CD7+19|CD7_19|CD7_CD19|CD19+7-PE|CD19+CD7-PE|CD7+CD19",
    "CD7+CD56": "CD7/56|CD56CD7|CD7_56|CD7/56APC-A|CD7/CD56APC-A",
    "CD16+CD56": "CD56CD16|CD16+56|CD56+16|CD56+CD16|CD16+CD56APC|CD16CD56|CD56+16BV510KO525-A"
    "|CD16/56BV605VIOLET610-A|CD16+56APC-R700-A|CD56CD16KO",
    "CD7+CD13": "CD7-CD13",
    "CD13+CD33": "CD13+CD33|CD13/33 PE|CD33+CD13-PE",
    "CD10+CD371": "CD10+CD371",
    "CD34+CD99": "CD34+CD99",
    "sIgM+CD117": "sIgM+CD117|CD117+sIgM APC",
    "sIgK+sIgL": "Kappa_lambda_Sm154|kappa+lambda|K/L",
    "CD61+CD235a": "CD235_61_In113",
    "CD3+CD16+CD19+CD56": "CD3/16/19/56|CD3+CD16+CD19+CD56",
    "VIABILITY+CD14": "VIVID / CD14",
}
CASES = [(name, marker) for marker, row in SPELLINGS.items() for name in row.split("|")]

UNKNOWN = (
    "CD101|CD10X|XCD10|not CD10|CD103x|pSTAT5|FITC_myeloid_Yb171|banana|CD|CD1|CD79|IgM|DAPI|Aqua"
    "|13|71|CLL|CD37371|CD7VCD56|cy CD34|CD45-4|TCR|CD11 PE|SSC-V|405SSC|tube 3|?CD"
    "|" + "CD10" * 30
).split("|")

# name -> marker, kind, measure
OPTICAL = {
    "FSC-A": ("FSC", "scatter", "area"),
    "FSC.A": ("FSC", "scatter", "area"),
    "FSC-H": ("FSC", "scatter", "height"),
    "FSC-W": ("FSC", "scatter", "width"),
    "FSC A": ("FSC", "scatter", "area"),
    "FSC": ("FSC", "scatter", "area"),
    "FSC-Height": ("FSC", "scatter", "height"),
    "FSC-WIDTH": ("FSC", "scatter", "width"),
    "FSC-Log_Height": ("FSC", "scatter", "height"),
    "FSC LogA": ("FSC", "scatter", "area"),
    "FS": ("FSC", "scatter", "area"),
    "FS Lin": ("FSC", "scatter", "area"),
    "FS INT": ("FSC", "scatter", "area"),
    "FSINT": ("FSC", "scatter", "area"),
    "FS INT LIN": ("FSC", "scatter", "area"),
    "FS PEAK": ("FSC", "scatter", "height"),
    "FS PEAK LIN": ("FSC", "scatter", "height"),
    "FSPEAK": ("FSC", "scatter", "height"),
    "FS TOF": ("FSC", "scatter", "width"),
    "FSTOF": ("FSC", "scatter", "width"),
    "FS-A": ("FSC", "scatter", "area"),
    "SS Log": ("SSC", "scatter", "area"),
    "SSPEAK": ("SSC", "scatter", "height"),
    "SS INT LIN": ("SSC", "scatter", "area"),
    "SSC-A": ("SSC", "scatter", "area"),
    "SSC.A": ("SSC", "scatter", "area"),
    "SSC-W": ("SSC", "scatter", "width"),
    "Side Scatter": ("SSC", "scatter", "area"),
    "Time": (None, "time", "area"),
    "TIME": (None, "time", "area"),
    "HDR-T": (None, "time", "area"),
    "HDR-TM": (None, "time", "area"),
    "Time (10.24 sec.)": (None, "time", "area"),
    "AF-A": (None, "other", "area"),
    "Autofluorescence": (None, "other", "area"),
    "Cell_length": (None, "other", "area"),
    "Event_length": (None, "other", "area"),
    "Width": (None, "other", "width"),
    "BC1_Pd102": (None, "other", "area"),
    "empty_I127": (None, "other", "area"),
    "DNA2_Ir193": (None, "other", "area"),
    "Nd148Di": (None, "mass", "area"),
    "(Nd148)Di": (None, "mass", "area"),
    "FL1-A": (None, "fluorescence", "area"),
    "FL1-H": (None, "fluorescence", "height"),
    "FL1 INT LOG": (None, "fluorescence", "area"),
    "FL2 Log": (None, "fluorescence", "area"),
    "B515-A": (None, "fluorescence", "area"),
    "VL1-W": (None, "fluorescence", "width"),
    "L1 530-30": (None, "fluorescence", "area"),
    "IgG1-FITC": (None, "fluorescence", "area"),
    "IgG2a PE": (None, "fluorescence", "area"),
    "CD19 FMO": (None, "fluorescence", "area"),
    "488/552nm PI (615/30) LogH": (None, "fluorescence", "height"),
    "CD10-H": ("CD10", "fluorescence", "height"),
    "CD10BV605VIOLET610-H": ("CD10", "fluorescence", "height"),
    "CD10(Gd156)Di": ("CD10", "mass", "area"),
    "CD112(Cd112)Di": (None, "mass", "area"),
}

FLUOROCHROMES = {
    "FITC-A": "FITC",
    "PE-A": "PE",
    "PerCP-A": "PerCP",
    "PE-Cy7-A": "PE-Cy7",
    "PacificBlue-A": "PacB",
    "Pacific Blue-A": "PacB",
    "APC-A": "APC",
    "Alexa700-A": "AF700",
    "Alexa Fluor 700-A": "AF700",
    "APC-Cy7-A": "APC-Cy7",
    "APC-H7-A": "APC-H7",
    "APC-A750-A": "APC-AF750",
    "PerCP-Cy5-5-A": "PerCP-Cy5.5",
    "PerCP-Cy55-A": "PerCP-Cy5.5",
    "PE-Texas Red-A": "ECD",
    "PE-TxRed YG-A": "ECD",
    "BV421-A": "BV421",
    "BV 421-A": "BV421",
    "Brilliant Violet 421-A": "BV421",
    "V450-A": "V450",
    "V500-C-A": "V500",
    "PC5.5-A": "PE-Cy5.5",
    "PC7": "PE-Cy7",
    "KO525-A": "KrO",
    "PB450-A": "PacB",
    "AmCyan-A": "AmCyan",
    "Qdot605-A": "QDot605",
    "488/552nm PECy5.5 (710/40) LogH": "PE-Cy5.5",
}


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return builtin_vocabulary()


def test_the_table_holds_three_hundred_spellings():
    assert len({*(name for name, _ in CASES), *UNKNOWN, *OPTICAL, *FLUOROCHROMES}) >= 300


@pytest.mark.parametrize(("name", "marker"), CASES, ids=[name for name, _ in CASES])
def test_label_is_resolved(name, marker, vocabulary):
    channel = resolve_channel("FL1-A", name, vocabulary)
    assert channel.marker == marker
    assert set(channel.parts) == set(marker.split("+"))
    assert channel.recognised
    assert channel.labelled


@pytest.mark.parametrize(("name", "marker"), CASES, ids=[name for name, _ in CASES])
def test_detector_that_is_the_marker_is_resolved(name, marker, vocabulary):
    channel = resolve_channel(name, "", vocabulary)
    assert channel.marker == marker
    assert not channel.labelled


@pytest.mark.parametrize("name", UNKNOWN)
def test_unknown_name_is_never_guessed(name, vocabulary):
    channel = resolve_channel("FL1-A", name, vocabulary)
    assert channel.marker is None
    assert channel.parts == ()
    assert not channel.recognised


@pytest.mark.parametrize(("name", "expected"), OPTICAL.items(), ids=OPTICAL)
def test_kind_and_measure(name, expected, vocabulary):
    channel = resolve_channel(name, "", vocabulary)
    assert (channel.marker, channel.kind, channel.measure) == expected


@pytest.mark.parametrize(("name", "fluorochrome"), FLUOROCHROMES.items(), ids=FLUOROCHROMES)
def test_detector_named_after_a_dye_stains_nothing(name, fluorochrome, vocabulary):
    channel = resolve_channel(name, "", vocabulary)
    assert channel.fluorochrome == fluorochrome
    assert channel.marker is None
    assert channel.recognised


@pytest.mark.parametrize(
    ("detector", "label", "marker", "fluorochrome", "kind"),
    [
        ("PE-Cy7-A", "CD19", "CD19", "PE-Cy7", "fluorescence"),
        ("PE-Cy7-A :: CD19", "", "CD19", "PE-Cy7", "fluorescence"),
        ("Comp-PE-A :: CD10", "", "CD10", "PE", "fluorescence"),
        ("FL1 Log :: Kappa-FITC", "", "sIgK", "FITC", "fluorescence"),
        ("Nd148Di", "148Nd_CD34", "CD34", None, "mass"),
        ("CD10", "CD10", "CD10", None, "fluorescence"),
        ("CD10", "PE", "CD10", "PE", "fluorescence"),
        ("FL2 INT LOG", "CD23-PE", "CD23", "PE", "fluorescence"),
        ("7-AAD-A", "CD10", "CD10", None, "fluorescence"),
        ("FITC-A", "CD10 PE", "CD10", "PE", "fluorescence"),
        ("FSC-A", "FSC-Height", "FSC", None, "scatter"),
        ("HDR-TM", "Time", None, None, "time"),
        ("P1", "SSC-A", "SSC", None, "scatter"),
        *(
            ("PE-A", empty, None, "PE", "fluorescence")
            for empty in ("0", "xxxxxx", "NA", " ", "-")
        ),
        *(("CD10", empty, "CD10", None, "fluorescence") for empty in ("0", "xxxxxx", "NA", "n/a")),
    ],
)
def test_both_names_together(detector, label, marker, fluorochrome, kind, vocabulary):
    channel = resolve_channel(detector, label, vocabulary)
    assert (channel.marker, channel.fluorochrome, channel.kind) == (marker, fluorochrome, kind)
    assert channel.recognised


def test_names_that_contradict_each_other_are_reported(vocabulary):
    channel = resolve_channel("CD19-A", "CD20", vocabulary)
    assert channel.marker is None
    assert channel.nearest == ("CD19", "CD20")


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("CD101", "CD10"),
        ("CD79", "cyCD79a"),
        ("DAPI", "VIABILITY"),
        ("IgM", "cyIgM"),
        ("NG3", "NG2"),
    ],
)
def test_nearest_names_are_suggested(name, nearest, vocabulary):
    assert nearest in resolve_channel("FL1-A", name, vocabulary).nearest


@pytest.mark.parametrize(
    ("typed", "marker"),
    [("cd 10", "CD10"), ("HLA-DR", "HLADR"), ("CD123+CD66c", "CD66c+CD123"), ("nonsense", None)],
)
def test_typed_marker(typed, marker, vocabulary):
    assert canonical_marker(typed, vocabulary) == marker


PIECES = st.sampled_from(sorted(builtin_vocabulary().words)) | st.text(
    "CDcd01379+/-_ .PEA:()", max_size=6
)
ANYTHING = st.text(max_size=100) | st.lists(PIECES, max_size=6).map("".join)


@given(ANYTHING, ANYTHING)
def test_any_two_strings_have_an_answer(detector, label):
    channel = resolve_channel(detector, label, builtin_vocabulary())
    assert (channel.marker is None) or channel.recognised
    assert channel.recognised or not channel.parts


NAMES = sorted(n for n, a in builtin_vocabulary().antigens.items() if n.startswith("CD"))


@given(
    st.lists(st.sampled_from(NAMES), min_size=2, max_size=4, unique=True),
    st.sampled_from(["+", "/", " + ", "&", "_", " "]),
    st.sampled_from(["", " PE", "-FITC", "-A", " APC-H7-A"]),
)
def test_combined_channel_is_never_one_of_its_parts(names, joint, ending):
    channel = resolve_channel("FL1-A", joint.join(names) + ending, builtin_vocabulary())
    assert channel.marker not in names
    assert set(channel.parts) in (set(), set(names))


@given(
    st.sampled_from(sorted(builtin_vocabulary().antigens)),
    st.sampled_from(sorted(builtin_vocabulary().fluorochromes)),
    st.sampled_from([" ", "-", "_"]),
    st.sampled_from(["", "-A", "-H"]),
)
def test_every_antigen_with_every_fluorochrome(antigen, fluorochrome, joint, ending):
    channel = resolve_channel(
        "FL1", f"{antigen}{joint}{fluorochrome}{ending}", builtin_vocabulary()
    )
    assert channel.marker == antigen
    assert channel.fluorochrome == fluorochrome


@given(
    st.integers(min_value=1, max_value=400), st.sampled_from(["", "a", "b", "c", "PE", "-FITC"])
)
def test_cd_number_is_read_whole_or_not_at_all(number, ending):
    channel = resolve_channel("FL1-A", f"CD{number}{ending}", builtin_vocabulary())
    for part in channel.parts:
        digits = "".join(c for c in part.removeprefix("cy").removeprefix("CD") if c.isdigit())
        assert digits == str(number)


@pytest.mark.parametrize(
    ("detector", "label", "marker"),
    [("FL1-A", "CD10 " * 300_000, None), ("CD10 " * 300_000, "CD19", "CD19")],
)
def test_names_of_megabytes_are_not_spelled_out(monkeypatch, detector, label, marker):
    def spell_a_short_one(name):
        assert len(name) <= 1000
        return name

    monkeypatch.setattr("flowpheno.marker.channel.spelling", spell_a_short_one)
    assert resolve_channel(detector, label, builtin_vocabulary()).marker == marker
