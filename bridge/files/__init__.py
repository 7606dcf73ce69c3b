"""Files, as the file channels see them: paths, versions, atomic saving, watching."""
