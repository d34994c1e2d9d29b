"""Beheer > Personen: pupils, guardians, staff and other parties."""
