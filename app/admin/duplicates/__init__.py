"""Dubbele personen."""
