"""Channels without a page's websocket: as one HTTP response, as one websocket, and the gateway's own."""
