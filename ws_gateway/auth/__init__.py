"""Logging in: who may, by which schemes, and how often they may try."""
