"""The heart: what a roster would change (plan/, pure), whether that is safe (gate/, pure), and writing it (apply.py).

rows/ reads what the plan compares with and writes what it decided.
"""
