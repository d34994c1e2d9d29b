"""Work that waits in the database and is done outside requests: batches of accounts, runs of the roster, mails.

Each file takes one kind of work, does it in small transactions and may be killed at any moment. The scheduler and the
commands call them.
"""
