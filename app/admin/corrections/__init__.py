"""Beheer > Personen > Correcties: what was corrected by hand and sticks, whatever a roster says."""
