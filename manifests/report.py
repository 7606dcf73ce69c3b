"""What there is to say about the plugins of a host: which are taken, from where, which are not, and why."""

from typing import Any

from manifests.search import Discovery, Package

JsonObject = dict[str, Any]


def report(discovery: Discovery, warnings: tuple[str, ...] = ()) -> JsonObject:
    """As JSON: `plugins` in the names' order, each with those it `shadows`; what is `refused`; `warnings`."""
    return {
        "plugins": [
            {
                **_description(package),
                "payloads": list(package.manifest.backend.payloads) if package.manifest.backend else [],
                "shadows": [_description(other) for other in discovery.shadowed if other.name == name],
            }
            for name, package in discovery.packages.items()
        ],
        "refused": [
            {"folder": refused.path, "reason": refused.reason, "fault": refused.fault} for refused in discovery.refused
        ],
        "warnings": [*discovery.warnings, *warnings],
    }


def _description(package: Package) -> JsonObject:
    return {
        "name": package.name,
        "version": package.manifest.version,
        "folder": package.directory,
        "origin": package.origin,
        "priority": package.priority,
    }
