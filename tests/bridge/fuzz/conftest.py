"""Examples may take as long as a busy machine needs; the tests' own timeouts bound them."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
