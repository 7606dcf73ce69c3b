"""System mode: what runs as root, what runs as nobody, and how a password becomes a session of its owner."""
