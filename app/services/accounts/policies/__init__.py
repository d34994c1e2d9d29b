"""What happens to accounts by itself when people come and go, as a school chose: decided here, done as batches."""
