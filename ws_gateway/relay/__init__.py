"""Sessions: each a login and its bridge, and what passes between that and the person's pages."""
