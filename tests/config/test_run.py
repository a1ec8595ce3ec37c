import os
import socket
import subprocess
import sys

import pytest
from django.conf import settings

from config import run


def make_run(port) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "config.run"],
        env={**os.environ, "HOST": "127.0.0.1", "PORT": str(port)},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def a_process(code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code])


def test_a_taken_port_is_said_with_the_way_to_choose_another():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = make_run(port)
    assert refused.returncode == 1
    assert refused.stderr.strip().endswith(f"Choose another: make run PORT={port + 1}")


@pytest.mark.parametrize("port", ["eighty", "0", "65536"])
def test_what_is_no_port_is_said(port):
    refused = make_run(port)
    assert refused.returncode == 1
    assert refused.stderr.strip() == f"PORT={port} is not a number from 1 to 65535."


def test_when_one_child_ends_the_run_fails_and_says_which(capsys):
    children = {
        "web server": a_process("import time; time.sleep(60)"),
        "mail worker": a_process("raise SystemExit(3)"),
    }
    children["mail worker"].wait()
    assert run.supervise(children, "127.0.0.1", "1") == 1
    run.end(children)
    assert children["web server"].returncode is not None
    assert "The mail worker ended by itself (exit code 3)." in capsys.readouterr().err
