"""The contact registry: who holds which task of the school, and who takes over (P-018 to P-022)."""
