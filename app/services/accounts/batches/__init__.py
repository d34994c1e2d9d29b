"""Work on many accounts at once: chosen and frozen, checked, started once, done in the background, told per row."""
