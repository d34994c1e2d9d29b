"""Persons and groups: reading them for the screens, and those that are made by hand."""
