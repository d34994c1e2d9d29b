"""The outbox: mails are rows that commit with their cause, and what becomes of them."""
