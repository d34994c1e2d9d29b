"""The rules. Every function gets session, now and actor; none reads the request or the clock; none commits."""
