"""Beheer > Instelling > Synchronisatie."""
