"""Root's rights for who has them: the superuser bridge, how it is started, and who is asked for a password."""
