"""How files of tests are dealt to the workers: what takes long first, and what ended a worker to nobody else.

So no worker is left alone with a long file at the end, and a test that hangs costs its time once.
"""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

TESTS = Path(__file__).parents[1]
ORDINARY = 0.2
"""Seconds of a test, where nothing is said."""
SECONDS = {
    "bridge/attacks/test_group_j.py": 37,
    "bridge/attacks/test_slow_readers.py": 65,
    "bridge/test_live_reload.py": 24,
    "bridge/peers/test_peer.py": 18,
    "compat/test_cockpit_ws.py": 109,
    "compat/test_our_pages_on_cockpit.py": 52,
    "e2e/test_addresses.py": 36,
    "e2e/test_caching.py": 24,
    "e2e/test_cockpit_pages.py": 222,
    "e2e/test_containers.py": 18,
    "e2e/test_examples.py": 100,
    "e2e/test_firefox.py": 53,
    "e2e/test_first_load.py": 25,
    "e2e/test_for_everyone.py": 212,
    "e2e/test_guide.py": 38,
    "e2e/test_jobs.py": 49,
    "e2e/test_language.py": 81,
    "e2e/test_machine_console.py": 95,
    "e2e/test_machine_details.py": 174,
    "e2e/test_machine_list.py": 219,
    "e2e/test_machine_usage.py": 24,
    "e2e/test_machines.py": 132,
    "e2e/test_navigation.py": 42,
    "e2e/test_networks.py": 78,
    "e2e/test_overview.py": 39,
    "e2e/test_program.py": 39,
    "e2e/test_session.py": 43,
    "e2e/test_shell.py": 40,
    "e2e/test_storage.py": 133,
    "e2e/test_terminal.py": 24,
    "e2e/test_theme.py": 18,
    "plugins/lib/test_merge.py": 30,
    "plugins/machines/conformance/test_conformance.py": 120,
    "plugins/machines/conformance/test_loss.py": 29,
    "plugins/machines/conformance/test_networks.py": 95,
    "plugins/machines/conformance/test_real_storage.py": 20,
    "plugins/machines/conformance/test_storage.py": 60,
    "plugins/machines/jobs/test_jobs.py": 50,
    "plugins/test_typescript.py": 44,
    "testbed/test_backstop.py": 15,
    "ws_gateway/attacks/test_group_c.py": 39,
    "ws_gateway/system/test_browsers.py": 54,
    "ws_gateway/system/test_logins.py": 58,
    "ws_gateway/system/test_negotiation.py": 64,
    "ws_gateway/system/test_ssh_login.py": 60,
    "ws_gateway/pages/test_login_page.py": 50,
    "ws_gateway/test_serve.py": 23,
}
"""What files take that have few tests for it."""


class Dealing(LoadFileScheduling):
    """xdist's own, but it deals a test that ended its worker to the next one again, and so on."""

    def remove_node(self, node: WorkerController) -> str | None:
        files = self.assigned_work.pop(node)
        waiting = [(file, test) for file, tests in files.items() for test, done in tests.items() if not done]
        if not waiting:
            return None
        file, ended = waiting[0]
        files[file][ended] = True
        self.workqueue.update({file: files[file] for file, _ in waiting[1:]})
        for other in self.assigned_work:
            self._reschedule(other)
        return ended


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    return Dealing(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In the order of their files, which xdist keeps with --no-loadscope-reorder."""
    if hasattr(config, "workerinput"):
        tests = Counter(item.path for item in items)
        seconds = {TESTS / name: said for name, said in SECONDS.items()}
        items.sort(key=lambda item: -seconds.get(item.path, tests[item.path] * ORDINARY))
