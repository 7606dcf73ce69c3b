"""The contract with plugin authors: what a manifest says, where packages are found, which of them are taken.

The standard library only; the bridge imports it before it has answered anything.
"""
