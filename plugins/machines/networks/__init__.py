"""What is done to virtual networks."""
