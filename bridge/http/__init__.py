"""What the channels to HTTP servers share: options, headers, TLS, the connection, one request and its response."""
