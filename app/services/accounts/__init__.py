"""Accounts: which username, who gets one, batches of them, and every change of one."""
