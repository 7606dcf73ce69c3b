"""What all HTTP exchanges have in common: heads, proxies, and the base class of their handlers."""
