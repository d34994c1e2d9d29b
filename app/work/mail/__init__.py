"""Delivering mails: what they say, the line to the server, and the book that survives a kill."""
