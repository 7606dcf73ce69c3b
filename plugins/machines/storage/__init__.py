"""What is done to storage pools and volumes."""
