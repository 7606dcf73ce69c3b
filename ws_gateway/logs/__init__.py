"""The log, and the audit log in it."""
