"""What machines did, and what was done to them."""
