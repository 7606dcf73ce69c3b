import os

from plugins.machines.jobs.process import is_alive
from plugins.machines.jobs.request import Request


def test_a_request_becomes_the_record_of_a_job_of_this_process() -> None:
    job = Request("id", "test:///default", "", "domain_clone", "key", "name", {"name": "copy"}).as_job()
    assert (job.uri, job.method, job.key, job.name, job.pid) == (
        "test:///default",
        "domain_clone",
        "key",
        "name",
        os.getpid(),
    )
    assert (job.state, is_alive(job)) == ("running", True)
