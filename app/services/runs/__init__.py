"""Runs of the roster: who starts one, who works on it, what it said, and what an administrator decides."""
