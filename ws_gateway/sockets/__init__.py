"""Websockets: from bytes by way of frames and messages to the pages' connections."""
