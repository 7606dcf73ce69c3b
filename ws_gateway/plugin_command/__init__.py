"""`pilothouse plugin`: for authors of plugins, and for whoever wonders where a page went."""
