"""Beheer > Instelling > Bronnen: where persons come from, the settings of each system, and tables read by hand."""
