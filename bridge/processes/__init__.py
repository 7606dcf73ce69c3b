"""Child processes, the descriptors between them and us, and what bounds them and ends them."""
