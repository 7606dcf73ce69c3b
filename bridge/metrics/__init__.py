"""Samples of what the kernel counts: one file per source, a table of the metrics, and what is made of samples."""
