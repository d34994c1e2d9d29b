"""The heart: what a roster would change (plan, pure), whether that is safe (gate), and writing it (apply)."""
