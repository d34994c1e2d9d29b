"""Uitreiking: how far the details of accounts are, per kind, location and class."""
