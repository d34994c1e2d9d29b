"""Beheer > Instelling > Accounts."""
