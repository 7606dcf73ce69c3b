"""The list of all parsers of bridge/ and manifests/, and the test that fuzzes each: none is forgotten.

A parser is a function whose name says so (`PARSER`), wherever it is; what else takes bytes or text of others is listed
by hand. "test_x::test_y" is a file of this folder; other files come with theirs.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
PARSER = re.compile(r"_?(parse|decode)(_.*)?|read_object|feed|(request|response)_headers|is_cached|accepts_.*")

FUZZED = {
    "bridge/protocol.py": {
        "channel_line": "test_parsers::test_decode",
        "decode": "test_parsers::test_decode",
        "decode_control": "test_parsers::test_decode",
        "decode_json": "test_parsers::test_decode_json",
        "_decode_text": "test_parsers::test_decode_json",
        "feed": "test_parsers::test_a_deframer_takes_the_same_from_pieces_as_from_the_whole",
    },
    "bridge/options.py": {"parse": "test_parsers::test_options"},
    "bridge/channels/stream.py": {"_parse_window": "test_parsers::test_the_window_of_a_stream"},
    "bridge/os_release.py": {"parse": "test_parsers::test_os_release"},
    "bridge/channels/metrics1.py": {"_wanted": "test_messages::test_metrics"},
    "bridge/rpc.py": {"_parse_request": "test_parsers::test_requests_of_back_ends"},
    "bridge/send.py": {"parse": "test_parsers::test_the_arguments_of_send"},
    "bridge/peers/bridge_configs.py": {
        "_expand": "bridge/peers/test_bridge_configs.py::test_what_is_put_in_is_one_argument_and_never_an_option"
    },
    "bridge/processes/process_groups.py": {"_live_groups": "test_texts::test_the_process_table"},
    "bridge/files/inotify.py": {"_events": "test_texts::test_inotify_events"},
    "bridge/files/paths.py": {"absolute": "bridge/files/test_paths.py::test_every_name_comes_back"},
    "bridge/internal/machine_files.py": {"_read": "test_texts::test_files_of_machines"},
    "bridge/metrics/cpu.py": {"parse": "test_texts::test_what_the_kernel_says"},
    "bridge/metrics/disks.py": {"parse": "test_texts::test_what_the_kernel_says"},
    "bridge/metrics/memory.py": {"parse": "test_texts::test_what_the_kernel_says"},
    "bridge/metrics/mounts.py": {"parse": "test_texts::test_what_the_kernel_says"},
    "bridge/metrics/network.py": {"parse": "test_texts::test_what_the_kernel_says"},
    "bridge/metrics/cgroups.py": {"_spent": "test_texts::test_what_control_groups_say"},
    "bridge/metrics/cgroup_disks.py": {
        "_counts": "test_texts::test_what_control_groups_say",
        "_group": "test_texts::test_what_control_groups_say",
    },
    "bridge/packages/paths.py": {"parse_path": "bridge/packages/test_paths.py::test_no_segment_ever_leads_elsewhere"},
    "bridge/packages/headers.py": {
        "is_cached": "test_texts::test_headers_of_package_requests",
        "accepts_gzip": "test_texts::test_headers_of_package_requests",
        "websocket_origin": "test_texts::test_headers_of_package_requests",
    },
    "bridge/http/headers.py": {
        "request_headers": "test_messages::test_headers",
        "response_headers": "test_messages::test_headers",
    },
    "bridge/http/exchange.py": {"_announced": "test_messages::test_responses"},
    "bridge/http/websocket.py": {
        "receive": "bridge/http/test_websocket.py::test_any_bytes_are_understood_or_refused",
        "_headers": "bridge/http/test_websocket.py::test_any_bytes_are_understood_or_refused",
    },
    "bridge/dbus/requests.py": {
        "parse_call": "test_messages::test_calls",
        "parse_cookie": "test_messages::test_calls",
        "parse_signal": "test_messages::test_signals",
        "parse_key": "test_messages::test_keys_and_interfaces",
        "parse_interfaces": "test_messages::test_keys_and_interfaces",
    },
    "bridge/dbus/matches.py": {
        "parse_match": "test_messages::test_matches",
        "parse_watch": "test_messages::test_matches",
    },
    "bridge/dbus/syntax.py": {"parse_signature": "test_messages::test_signatures"},
    "bridge/dbus/introspection.py": {"parse": "test_messages::test_introspection_data"},
    "bridge/dbus/values.py": {
        "encode": "test_messages::test_values",
        **dict.fromkeys(
            ("decode", "_decode_double", "_decode_double_key", "_decode_descriptor", "_decode_bytes", "decode_variant"),
            "bridge/dbus/test_values.py::test_what_fits_is_marshalled_and_comes_back",
        ),
        "decode_content": "bridge/dbus/test_values.py::test_what_fits_is_marshalled_and_comes_back",
    },
    "manifests/model.py": {"parse": "test_parsers::test_manifests"},
    "manifests/grammar.py": {"_check_condition": "manifests/test_grammar.py::test_the_two_agree_on_anything"},
    "manifests/configuration.py": {"parse": "manifests/test_configuration.py::test_any_text_is_read"},
    "manifests/locales.py": {
        "_by_weight": "manifests/test_locales.py::test_any_header_gives_names_that_are_safe_in_a_file_name"
    },
    "manifests/conditions.py": {
        "unsatisfied": "test_texts::test_requirements_and_conditions",
        "unmet": "test_texts::test_requirements_and_conditions",
    },
    "manifests/reading.py": {
        "read_object": "test_texts::test_files_of_packages",
        "_parse": "test_texts::test_files_of_packages",
    },
    "manifests/overrides.py": {"_substitute": "test_texts::test_files_of_packages"},
    "manifests/merge.py": {"apply": "manifests/test_merge.py::test_a_difference_applied_gives_the_new_value"},
}


def parsers() -> Iterator[tuple[str, str]]:
    """File and function of everything that is a parser by its name."""
    for folder in ("bridge", "manifests"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and PARSER.fullmatch(node.name):
                    yield str(file.relative_to(ROOT)), node.name


def functions(file: Path) -> set[str]:
    nodes = ast.walk(ast.parse(file.read_text()))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_parser_is_fuzzed() -> None:
    forgotten = [f"{file}: {name}" for file, name in parsers() if name not in FUZZED.get(file, {})]
    assert forgotten == []


@pytest.mark.parametrize("file", FUZZED)
def test_the_list_is_true(file: str) -> None:
    """What is listed is there, and the test that fuzzes it is one of hypothesis."""
    for name, test in FUZZED[file].items():
        assert name in functions(ROOT / file)
        where, _, function = test.partition("::")
        source = (ROOT / "tests" / where if "/" in where else HERE / f"{where}.py").read_text()
        before, found, _ = source.partition(f"def {function}(")
        assert found, f"there is no {test}"
        assert "@given" in before.rpartition("\ndef ")[2] or function == "test_the_process_table"
