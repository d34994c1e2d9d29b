"""Corrections by hand that stick: pinned fields of persons, and guardians who may not see a pupil."""
