"""The rows of a roster in the database: read before a plan is made, written after it was let through."""
