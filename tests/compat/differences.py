"""Where bridges are known not to do what the tests of this folder expect: each such test must fail there.

A test is named by its file and function, `test_echo::test_done_ends_it`, with its parameters if only some of them
differ, or by its file alone. An entry whose test passes fails the run, so these tables cannot rot.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """`expected` is what the tests ask for, `instead` what this bridge does; `sometimes` only, as a race decides."""

    tests: tuple[str, ...]
    expected: str
    instead: str
    sometimes: bool = False

    @property
    def reason(self) -> str:
        return f"expected: {self.expected}; instead: {self.instead}"


def entry(*tests: str, expected: str, instead: str, sometimes: bool = False) -> Entry:
    return Entry(tests, expected, instead, sometimes)


DEBIAN: tuple[Entry, ...] = (
    entry("test_fsinfo", "test_every_channel::test_done_leads_to_done_and_close[fsinfo]",
          "test_every_channel::test_close_leads_to_close[fsinfo]",
          expected="fsinfo", instead="not-supported, it is newer"),
    entry("test_info", "test_every_channel::test_done_leads_to_done_and_close[info]",
          "test_every_channel::test_close_leads_to_close[info]",
          "test_every_channel::test_close_leads_to_close[session-control]",
          expected="info and session-control", instead="not-supported, they are newer"),
    # The connection
    entry("test_init::test_another_version_ends_the_connection", expected="an exit status", instead="0"),
    entry("test_init::test_a_message_that_is_wrong_by_itself_ends_nothing",
          expected="the message is ignored", instead="the bridge ends"),
    entry("test_routing::test_an_unknown_host_comes_before_superuser",
          expected="no-host", instead="not-supported, as the package with the ssh bridge is not there"),
    entry("test_routing::test_a_refused_name_is_free_at_once",
          expected="a name that was refused can be used again", instead="no answer"),
    # What is common to channels
    entry("test_echo::test_done_ends_it", "test_every_channel::test_done_leads_to_done_and_close[echo]",
          "test_every_channel::test_done_ends_what_has_no_end",
          expected="done is followed by close", instead="they stay open"),
    entry("test_echo::test_text_that_is_no_utf8_closes_the_channel",
          "test_stream_spawn::test_text_output_that_is_no_utf8",
          "test_stream_spawn::test_text_that_ends_within_a_character",
          "test_fsread1::test_text_loses_what_is_no_text",
          expected="protocol-error (fsread1: left out)", instead="replaced by U+FFFD"),
    entry("test_echo::test_options_are_not_for_every_channel", expected="close not-supported", instead="ignored"),
    entry("test_every_channel::test_close_leads_to_close[http-stream1]",
          "test_every_channel::test_close_leads_to_close_of_a_connection[http-stream2]",
          expected="close without problem", instead="internal-error, the request was not complete"),
    entry("test_flow_control::test_a_window_is_sent_without_confirmation",
          "test_flow_control::test_every_pong_moves_the_window", "test_flow_control::test_blocks_and_pings_alternate",
          "test_flow_control::test_a_stream_stops_at_the_window",
          expected="blocks of 16 KiB, a ping after each", instead="blocks of 64 KiB, the window overshot by one"),
    entry("test_flow_control::test_closing_a_channel_whose_window_is_shut",
          expected="close is answered at once", instead="not before the window opens"),
    entry("test_flow_control::test_acks_have_one_unit", "test_flow_control::test_acks_name_the_value_they_refuse",
          "test_flow_control::test_every_frame_is_acknowledged",
          "test_flow_control::test_frames_that_nobody_reads_are_not_acknowledged",
          expected="send-acks", instead="ignored, it is newer"),
    # Processes
    entry("test_init::test_a_killed_bridge_leaves_no_process_behind[its child]",
          expected="the group of a process ends with the bridge", instead="the process alone"),
    entry("test_stream_spawn::test_ready_names_the_process", expected="ready with pid", instead="ready alone"),
    entry("test_stream_spawn::test_stderr_is_the_message_by_default",
          expected="err is message by default", instead="err is inherited"),
    entry("test_stream_spawn::test_a_signal_is_a_negative_status",
          expected="exit-status -9", instead="exit-signal KILL without a status"),
    entry("test_stream_spawn::test_input_that_nobody_reads_harms_nothing",
          expected="exit-status", instead="terminated, for the pipe broke"),
    entry("test_stream_spawn::test_closing_the_channel_terminates_the_process",
          expected="close is answered and the process gets SIGTERM", instead="close is answered when it has ended"),
    entry("test_stream_spawn::test_a_missing_program", "test_stream_spawn::test_a_program_that_may_not_run",
          expected="close with the problem, no ready", instead="ready, then close with the problem and status -1"),
    entry("test_stream_spawn::test_a_working_folder_that_is_missing",
          expected="not-found", instead="internal-error"),
    entry("test_stream_spawn::test_a_bad_environment_entry",
          "test_stream_spawn::test_bad_options[spawn=['true'],err=elsewhere]",
          "test_stream_spawn::test_bad_options[spawn=['cat'],pty=True,window={'rows': 'many', 'cols': 80}]",
          expected="protocol-error", instead="ignored"),
    # Sockets
    entry("test_stream_socket::test_the_address_is_localhost_by_default",
          expected="an IPv4 listener is found as localhost", instead="only ::1 is tried, or nothing here"),
    entry("test_stream_socket::test_done_closes_one_half[port]",
          expected="an orderly end", instead="internal-error"),
    entry("test_stream_socket::test_closing_the_channel_closes_the_socket",
          "test_stream_socket::test_a_server_that_accepts_nothing_stops_no_one_else",
          "test_every_channel::test_close_leads_to_close_of_a_connection[stream unix]",
          "test_every_channel::test_close_leads_to_close_of_a_connection[stream tcp]",
          expected="close is answered at once", instead="when the server has closed"),
    entry("test_stream_socket::test_nobody_listens_at_a_port", "test_stream_socket::test_the_message_says_what_failed",
          "test_stream_socket::test_there_is_no_socket", "test_stream_socket::test_nobody_listens_at_a_socket",
          expected="close not-found with a message, no ready", instead="ready, then close not-found"),
    entry("test_stream_socket::test_a_port_is_a_number[1.5]", expected="protocol-error", instead="taken as 1"),
    entry("test_packet::test_the_servers_end", expected="close at the server's end", instead="nothing"),
    # Files
    entry("test_fsread1::test_a_missing_file", expected="done, close with tag -", instead="close with tag - alone"),
    entry("test_fsread1::test_the_tag_changes_with_the_mode", "test_fsreplace1::test_the_mode_changed",
          expected="the mode is part of the tag", instead="inode and time alone"),
    entry("test_fsread1::test_forbidden_with_a_message", "test_fsread1::test_a_directory_with_a_message",
          "test_fsread1::test_no_path_with_a_message", "test_fsread1::test_the_limit_is_a_number",
          expected="upstream's sentences", instead="other sentences"),
    entry("test_fsread1::test_no_limit", expected="-1 is no limit", instead="too-large"),
    entry("test_fsread1::test_size_hint_for_binary_files", expected="size-hint", instead="none, it is newer"),
    entry("test_fsread1::test_no_size_hint_for_devices", expected="/dev/null is read", instead="not a readable file"),
    entry("test_fsread1::test_a_fifo_stops_nothing",
          expected="a FIFO costs its own channel", instead="the whole bridge waits for a writer"),
    entry("test_fsreplace1::test_done_comes_before_close",
          "test_every_channel::test_done_leads_to_done_and_close[fsreplace1]",
          expected="done, close", instead="close alone"),
    entry("test_fsreplace1::test_the_content_changed_meanwhile",
          expected="change-conflict", instead="out-of-date"),
    entry("test_fsreplace1::test_mode_is_kept_with_a_tag", "test_fsreplace1::test_owner_is_kept_with_a_tag",
          expected="kept", instead="lost"),
    entry("test_fsreplace1::test_a_directory", "test_fsreplace1::test_a_missing_folder",
          expected="access-denied, not-found", instead="internal-error"),
    entry("test_fsreplace1::test_closing_keeps_the_old_file",
          expected="nothing is left behind", instead="file.1 stays"),
    entry("test_fsreplace1::test_without_size_nothing_is_made_before_data",
          "test_fsreplace1::test_size_reserves_before_ready", "test_fsreplace1::test_a_size_that_is_not_there",
          "test_fsreplace1::test_size_zero_makes_an_empty_file", "test_fsreplace1::test_a_bad_size",
          expected="size", instead="ignored, it is newer; file.1 is made at once"),
    entry("test_fsreplace1::test_a_mode", "test_fsreplace1::test_an_owner_by_name",
          "test_fsreplace1::test_an_owner_by_number", "test_fsreplace1::test_attrs_that_are_unknown",
          "test_fsreplace1::test_attrs_that_are_wrong", "test_fsreplace1::test_owners_that_are_unknown",
          expected="attrs", instead="ignored, they are newer"),
    entry("test_fswatch1::test_a_folder_that_is_replaced",
          expected="the path is watched", instead="the old folder is"),
    entry("test_fswatch1::test_a_folder_that_is_not_there_yet",
          expected="created", instead="nothing, if the folders come too quickly", sometimes=True),
    # HTTP
    entry("test_http_stream2::test_head_has_no_body", "test_http_stream2::test_a_server_that_hangs_up[/broken]",
          expected="the end of the response, or terminated", instead="waits for a body that does not come"),
    entry("test_http_stream2::test_a_server_that_hangs_up[/hang-up]",
          expected="terminated", instead="protocol-error"),
    entry("test_http_stream2::test_addresses_that_are_wrong[none]",
          "test_http_stream2::test_addresses_that_are_wrong[tls]",
          "test_http_stream2::test_nobody_listens_with_a_message",
          expected="upstream's sentences", instead="others, or none"),
    entry("test_http_stream2::test_what_is_required",
          expected="protocol-error at once", instead="after connecting"),
    entry("test_http_stream2::test_a_certificate_that_the_page_trusts[data]",
          expected="a certificate in data is trusted", instead="unknown-hostkey"),
    entry("test_websocket_stream1::test_text", "test_websocket_stream1::test_the_answer",
          "test_websocket_stream1::test_closing", "test_websocket_stream1::test_done",
          "test_websocket_stream1::test_the_server_closes",
          expected="a connection over a Unix socket", instead="internal-error"),
    # Metrics
    entry("test_metrics1::test_the_description", expected="source and interval", instead="neither"),
    entry("test_metrics1::test_newer_metrics[disk.cgroup.read]",
          "test_metrics1::test_newer_metrics[disk.cgroup.written]",
          expected="disk.cgroup", instead="not-supported, it is newer"),
    entry("test_metrics1::test_bad_options[none]", expected="protocol-error", instead="SIGSEGV"),
    entry("test_metrics1::test_an_unknown_metric", expected="a message", instead="none"),
    entry("test_metrics1::test_other_units", expected="not-supported", instead="protocol-error"),
    # Packages
    entry("test_packages::test_content_types[unknown.xyz-text/plain]", expected="text/plain", instead="no type"),
    entry("test_packages::test_languages[fr,de;q=0.3-german()]",
          expected="the next language", instead="the first one alone"),
    entry("test_packages::test_headers_are_required", expected="protocol-error", instead="served without"),
    entry("test_packages::test_conditions[exists.no]", "test_packages::test_conditions[missing.no]",
          "test_packages::test_conditions[any.no]", expected="conditions", instead="ignored, they are newer"),
    # D-Bus
    entry("test_dbus_json3::test_the_owner_comes_before_ready",
          expected="owner, ready", instead="ready, for control messages overtake data", sometimes=True),
    entry("test_dbus_json3::test_a_bus_that_is_not_there", "test_dbus_json3::test_two_addresses",
          expected="protocol-error", instead="internal-error"),
    entry("test_dbus_json3::test_a_bus_of_no_kind", expected="upstream's sentence", instead="another"),
    entry("test_dbus_json3::test_null_arguments", "test_dbus_json3::test_calls_that_are_wrong",
          expected="an error reply", instead="close protocol-error"),
    entry("test_dbus_json3::test_a_watch", "test_dbus_json3::test_a_watch_of_everything_at_a_path",
          expected="meta, notify, reply", instead="more than one notify, or the reply before it"),
    # The internal bus
    entry("test_internal_bus::test_the_group_of_the_user", expected="Gid", instead="none, it is newer"),
    entry("test_internal_bus::test_a_missing_setting",
          expected="cockpit.Config.KeyError", instead="an error of D-Bus"),
    entry("test_internal_bus::test_login_messages",
          expected="read from the descriptor", instead="not, if it is not sealed as cockpit-session does"),
    entry("test_internal_bus::test_a_machine_is_added",
          expected="a notification", instead="none, the folder did not exist at the start"),
    entry("test_internal_bus::test_a_watch", expected="Prompt in meta", instead="signals are not introspected"),
    entry("test_superuser::test_the_bridges_of_manifests", "test_superuser::test_a_bridge_whose_program_is_missing",
          "test_superuser::test_which_bridges_count[path]", "test_superuser::test_which_bridges_count[not executable]",
          "test_superuser::test_which_bridges_count[no askpass]",
          expected="labels; only programs that exist", instead="names of programs, all of them"),
    entry("test_superuser::test_start_and_use",
          expected="one property in each notification", instead="others in between"),
    entry("test_superuser::test_any_bridge", expected="Start(any)", instead="No such superuser bridge"),
    entry("test_superuser::test_start_twice", "test_superuser::test_start_of_an_unknown_bridge",
          "test_superuser::test_the_wrong_password",
          expected="cockpit.Superuser.Error", instead="org.freedesktop.DBus.Error.NotSupported"),
    entry("test_superuser::test_the_right_password",
          expected="Current is init before the prompt", instead="after it", sometimes=True),
    entry("test_superuser::test_stop_while_it_asks", expected="Start fails", instead="another error"),
)  # fmt: skip
"""Debian 12's bridge (287.1, in C). The tests describe today's upstream bridge, which is in Python."""

NOT_YET: tuple[Entry, ...] = ()
"""Our bridge: what is not built yet, or not built right."""

KNOWN = {"debian": DEBIAN, "ours": NOT_YET}


def find(bridge: str, file: str, function: str, parameters: str) -> Entry | None:
    """The entry for one test."""
    names = {file, f"{file}::{function}", f"{file}::{function}[{parameters}]"}
    return next((entry for entry in KNOWN.get(bridge, ()) if not names.isdisjoint(entry.tests)), None)
