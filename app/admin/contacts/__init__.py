"""Contactpersonen: the relation card of the school."""
