"""Letters with the details of an account: what a school wrote on them, and the letters of a batch, once."""
