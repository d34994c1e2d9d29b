"""Logging in: passwords and secrets, sessions, throttles, and the way back for who forgot."""
