"""Beheer > Instelling > Mails."""
