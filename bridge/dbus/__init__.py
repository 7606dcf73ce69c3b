"""D-Bus behind the `dbus-json3` channel: shared connections, names, signals, introspection, and values as JSON."""
