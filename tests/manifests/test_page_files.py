from manifests.page_files import stored_names


def test_the_folder_comes_before_its_dist_and_the_plain_file_before_the_others() -> None:
    assert [f"{name}.gz" if compressed else name for name, compressed in stored_names("a/x.js")] == [
        "a/x.js",
        "a/x.js.gz",
        "a/x.min.js",
        "a/x.min.js.gz",
        "dist/a/x.js",
        "dist/a/x.js.gz",
        "dist/a/x.min.js",
        "dist/a/x.min.js.gz",
    ]


def test_only_scripts_styles_and_pages_are_minified() -> None:
    assert list(stored_names("x.png")) == [
        ("x.png", False),
        ("x.png", True),
        ("dist/x.png", False),
        ("dist/x.png", True),
    ]
    assert ("x.min.min.js", False) not in set(stored_names("x.min.js"))
