from typing import Any

import pytest

from manifests.model import BridgeConfig, Condition, Docs, Entry, Keyword, ManifestError, Parent, parse


def test_an_empty_manifest_has_the_defaults() -> None:
    manifest = parse({}, "here")
    assert (manifest.name, manifest.version, manifest.priority) == (None, "", None)
    assert (manifest.bridges, manifest.backend, manifest.menu, manifest.parent) == ((), None, (), None)
    assert manifest.raw == {}


def test_everything_a_manifest_can_say_is_read() -> None:
    raw = {
        "name": "uptime",
        "version": 3,
        "priority": 2.5,
        "requires": {"cockpit": "300"},
        "conditions": [{"path-exists": "/x"}, {"any": [{"path-not-exists": "/y"}]}],
        "content-security-policy": "img-src *",
        "bridges": [{"match": {"payload": "x"}, "spawn": ["a", "b"], "environ": ["A=b"], "timeout": 5}],
        "backend": {"module": "pack.backend", "payloads": ["load1"]},
        "menu": {
            "index": {
                "label": "Up",
                "order": 5,
                "keywords": [{"matches": ["a"], "goto": "x"}],
                "docs": [{"label": "D", "url": "U"}],
            },
            "more": {"path": "other.html"},
        },
        "preload": ["index"],
        "prestart": ["load1"],
        "parent": {"component": "system"},
        "locales": {"de": "Deutsch"},
    }
    manifest = parse(raw, "here")
    assert (manifest.name, manifest.version, manifest.priority) == ("uptime", "3", 2.5)
    assert manifest.conditions == (
        Condition("path-exists", "/x"),
        Condition("any", alternatives=(Condition("path-not-exists", "/y"),)),
    )
    assert manifest.bridges == (BridgeConfig({"payload": "x"}, ("a", "b"), ("A=b",), False, None, None, 5),)
    assert manifest.backend
    assert (manifest.backend.module, manifest.backend.payloads) == ("pack.backend", ("load1",))
    assert manifest.menu == (
        Entry("index", "Up", "index.html", 5, (Docs("D", "U"),), (Keyword(("a",), "x", 3, True),)),
        Entry("more", "", "other.html", 1000, (), ()),
    )
    assert manifest.prestart == ("load1",)
    assert manifest.parent == Parent("system", ())
    assert manifest.raw is raw


def test_all_mistakes_are_told_with_the_keys_path_and_the_file() -> None:
    raw = {
        "name": "../../etc",
        "menu": [],
        "bridges": [{"spawn": "sudo"}, {"environ": ["A"]}],
        "backend": {"payloads": ["a b"]},
        "conditions": [{"any": [{"path-exists": 5}]}],
        "tools": {"index": {"keywords": [{"matches": "x"}]}},
    }
    with pytest.raises(ManifestError) as caught:
        parse(raw, "/plugins/x/manifest.json")
    assert caught.value.mistakes == (
        "name: must be a name of letters, digits, _ and - (at most 64)",
        "conditions[0].any[0].path-exists: must be a string without NUL",
        "bridges[0].spawn: must be a list of strings",
        'bridges[1].environ[0]: must be a string of the form "NAME=value"',
        "backend.module: is missing",
        "backend.payloads[0]: must be a name of letters, digits, _ and - (at most 64)",
        "menu: must be an object of objects",
        "tools.index.keywords[0].matches: must be a list of strings",
    )
    assert str(caught.value).startswith("/plugins/x/manifest.json: name: must be")


@pytest.mark.parametrize("raw", [None, [], 5, "x"])
def test_what_is_no_object_is_no_manifest(raw: Any) -> None:
    with pytest.raises(ManifestError, match="here: must be an object"):
        parse(raw, "here")


def test_priority_that_is_not_a_number_is_refused() -> None:
    with pytest.raises(ManifestError, match="priority: must be a number"):
        parse({"priority": float("nan")}, "here")
