"""Groups and locations."""
