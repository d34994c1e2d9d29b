"""The fixtures of the login tests."""

from tests.login.auth_world import clock, hashes, issue, owner, root, second_school

__all__ = ["clock", "hashes", "issue", "owner", "root", "second_school"]
