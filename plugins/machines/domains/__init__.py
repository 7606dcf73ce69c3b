"""What is done to virtual machines and their snapshots."""
