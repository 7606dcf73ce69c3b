"""The payloads that the bridge itself answers: no plugin can have them."""

BUILT_IN_PAYLOADS = frozenset(
    {
        "dbus-json3",
        "echo",
        "fsinfo",
        "fslist1",
        "fsread1",
        "fsreplace1",
        "fswatch1",
        "http-stream1",
        "http-stream2",
        "info",
        "metrics1",
        "null",
        "packet",
        "reload1",
        "session-control",
        "stream",
        "websocket-stream1",
    }
)
