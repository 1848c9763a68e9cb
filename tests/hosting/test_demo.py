"""`xinheng demo` end to end: empty books are filled, reviewed and shown; once."""

import json
import signal
import socket
import time
import urllib.request

from tests.hosting.conftest import start, xinheng
from xinheng.hosting.cluster import Cluster


def test_a_demo_fills_empty_books_once_and_leaves_nothing_running(migrated_home):
    first = xinheng(migrated_home, "demo", "--no-serve", "--json")
    assert first.returncode == 0, first.stderr
    found = json.loads(first.stdout)
    assert found["loaded"]["customers"] == found["review"]["customers"] == 300
    currencies = found["review"]["currencies"]
    assert currencies["CNY"]["exposure"] == found["ageing"]["currencies"]["CNY"]["total"]
    assert Cluster(migrated_home).running() is None

    began = time.monotonic()
    second = xinheng(migrated_home, "demo", "--no-serve", "--json")
    assert second.returncode == 0, second.stderr
    again = json.loads(second.stdout)
    assert time.monotonic() - began < 60
    assert again["loaded"] == {}
    for key in ("grades", "tiers", "currencies", "alerts"):
        assert again["review"][key] == found["review"][key]

    said = xinheng(migrated_home, "demo", "--no-serve").stdout
    assert "300 家" in said
    assert xinheng(migrated_home, "verify", "--all").returncode == 0


def test_a_demo_serves_with_one_link_per_role_until_it_is_told_to_stop(migrated_home):
    with socket.create_server(("127.0.0.1", 0)) as server:
        bind = f"127.0.0.1:{server.getsockname()[1]}"
    demo = start(migrated_home, "demo", XINHENG_BIND=bind, XINHENG_WEB_WORKERS="1")
    links = []
    for line in demo.stdout:
        if "/enter/" in line:
            links.append(line.split()[-1])
        if "Ctrl-C" in line:
            break
    assert len(links) == 8
    with urllib.request.urlopen(links[0], timeout=10) as page:  # noqa: S310
        assert page.status == 200
    # A second one beside it shows the summary and where the desk is, and starts nothing.
    beside = xinheng(migrated_home, "demo", XINHENG_BIND=bind)
    assert beside.returncode == 0, beside.stderr
    assert f"http://{bind}" in beside.stdout
    demo.send_signal(signal.SIGINT)
    demo.communicate(timeout=300)
    assert demo.returncode == 0
    assert Cluster(migrated_home).running() is None


def test_a_folder_without_files_is_refused_as_input(migrated_home, tmp_path):
    done = xinheng(migrated_home, "demo", "--no-serve", "--data", str(tmp_path))
    assert done.returncode == 3
    assert "[nothing-to-load]" in done.stderr
    assert Cluster(migrated_home).running() is None


def test_a_folder_with_a_bad_row_is_refused_with_the_place_of_the_errors(migrated_home, tmp_path):
    (tmp_path / "customers.csv").write_text("code,name\nC1,甲公司\nC2,\n", encoding="utf-8")
    done = xinheng(migrated_home, "demo", "--no-serve", "--data", str(tmp_path))
    assert done.returncode == 3
    assert "[load-refused]" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_step_that_fails_is_a_sentence(migrated_home):
    urls = {"DATABASE_URL": "postgresql://me@127.0.0.1:9/books"}
    done = xinheng(migrated_home, "demo", "--no-serve", **urls)
    assert done.returncode == 1
    assert "[step-failed]" in done.stderr
    assert "Traceback" not in done.stderr
