"""Work that goes on when nobody looks."""
