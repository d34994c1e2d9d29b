"""Persons who are in the books twice: who looks like whom, merging two into one, and splitting them again exactly."""
