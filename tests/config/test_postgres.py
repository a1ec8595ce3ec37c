"""Real servers in a temporary directory, used by real processes that end in every way."""

import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import environ
import psutil
import psycopg2
import pytest

from config import postgres

USER_OF_THE_SERVER = """
import sys
from pathlib import Path
from config import postgres
print(postgres.ensure_running(Path(sys.argv[1])), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def directory(tmp_path):
    yield tmp_path / "postgres"
    wait_until(lambda: not server_pid(tmp_path / "postgres"))


@pytest.fixture
def start(directory):
    """Start a process that uses the server until its standard input closes."""
    with ExitStack() as started:

        def start(directory: Path = directory) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [sys.executable, "-c", USER_OF_THE_SERVER, directory],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            started.enter_context(process)
            started.callback(process.stdin.close)
            return process

        yield start


def end(process):
    process.stdin.close()
    assert process.wait() == 0


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def server_pid(directory: Path) -> int | None:
    """The process of the server whose data is in `directory`, if one runs."""
    for process in psutil.process_iter(["name", "cmdline"]):
        if process.info["name"] == "postgres" and str(directory) in (process.info["cmdline"] or []):
            return process.pid
    return None


def connect(url: str):
    parts = environ.Env.db_url_config(url)
    return psycopg2.connect(host=parts["HOST"], port=parts["PORT"], user=parts["USER"], dbname=parts["NAME"])


def query(url: str, statement: str):
    connection = connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0]
    finally:
        connection.close()


def address(process) -> str:
    return process.stdout.readline().strip()


def test_two_processes_that_start_at_once_share_one_server(start):
    first, second = start(), start()
    started = "SELECT pg_postmaster_start_time()"
    assert query(address(first), started) == query(address(second), started)


def test_the_server_stays_until_the_last_user_ends(start, directory):
    first, second = start(), start()
    url = address(first)
    address(second)
    end(first)
    assert query(url, "SELECT 1") == 1
    end(second)
    wait_until(lambda: not server_pid(directory))


def test_a_killed_user_does_not_keep_the_server_alive(start, directory):
    process = start()
    address(process)
    process.kill()
    wait_until(lambda: not server_pid(directory))


def test_the_server_stops_although_the_way_to_its_files_was_closed_again(start, directory):
    process = start()
    address(process)
    directory.parent.chmod(0o700)
    end(process)
    wait_until(lambda: not server_pid(directory))


def test_a_killed_server_is_started_again_with_its_data(start, directory):
    first = start()
    connection = connect(address(first))
    connection.cursor().execute("CREATE TABLE kept AS SELECT 42 AS answer")
    connection.commit()
    psutil.Process(server_pid(directory)).kill()
    connection.close()
    assert query(address(start()), "SELECT answer FROM kept") == 42


def test_a_killed_keeper_is_replaced(start, directory):
    first = start()
    address(first)
    keeper = [str(directory.parent), postgres.__file__]
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        if all(part in line for part in keeper):
            process.kill()
    second = start()
    address(second)
    end(first)
    end(second)
    wait_until(lambda: not server_pid(directory))


def test_a_stale_pid_file_that_names_another_live_process_is_no_obstacle(start, directory):
    first = start()
    address(first)
    lines = (directory / "postmaster.pid").read_text().split("\n")
    end(first)
    wait_until(lambda: not server_pid(directory))
    (directory / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]))
    assert query(address(start()), "SELECT 1") == 1


def test_a_directory_too_deep_for_a_socket_works(start, tmp_path):
    process = start(tmp_path / ("deep" * 25) / "with 'quotes'" / "postgres")
    url = address(process)
    socket_directory = Path(environ.Env.db_url_config(url)["HOST"])
    assert query(url, "SELECT 1") == 1
    assert socket_directory.stat().st_mode & 0o077 == 0
    end(process)
    wait_until(lambda: not socket_directory.exists())


def test_the_extensions_the_search_needs_can_be_created(start):
    connection = connect(address(start()))
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION pg_trgm; CREATE EXTENSION unaccent")
        cursor.execute("SELECT unaccent('Égalité'), similarity('cluster', 'clusters') > 0.6")
        assert cursor.fetchone() == ("Egalite", True)
    connection.close()
