"""The console's port: its sockets, its descriptors, and TLS."""
