"""The contract with plugin authors and administrators: manifests, where packages are found, the configuration file.

The standard library only; the bridge imports it before it has answered anything.
"""
