"""What pages are told of a connection, kept true."""
