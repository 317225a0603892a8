"""Flow-cytometry immunophenotype classifier for B-precursor ALL. Research use only."""
