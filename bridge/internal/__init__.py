"""The internal bus: the bridge's own objects, spoken to like D-Bus services but without a socket (reference 2.17).

`bus.py` is the bus, `objects.py` what an object is; every other file is one object.
"""
