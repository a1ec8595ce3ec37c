"""Several machines on one: web nodes and mail workers with directories of their own, and what they share.

All of it answers on 127.0.0.1 alone, as an ordinary user where that is asked for, and ends with `Machines.close`.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import boto3
import psutil
from django.conf import settings

PROGRAMS = ("nginx", "pgbouncer", "redis-server")
BUCKET = "clusters-media"
S3_KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-west-2"}
SECONDS_TO_START = 40

NGINX = """
daemon off;
worker_processes 1;
pid {here}/nginx.pid;
error_log {here}/nginx.error.log warn;
events {{ worker_connections 512; }}
http {{
    client_body_temp_path {here}/body;
    proxy_temp_path {here}/proxy;
    fastcgi_temp_path {here}/fastcgi;
    uwsgi_temp_path {here}/uwsgi;
    scgi_temp_path {here}/scgi;
    log_format asked '$http_x_asked $status $upstream_addr';
    access_log {here}/asked.log asked;
    upstream clusters {{
        {servers}
    }}
    server {{
        listen 127.0.0.1:{port};
        client_max_body_size 60m;
        location / {{
            proxy_pass http://clusters;
            proxy_next_upstream error timeout;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
        }}
    }}
}}
"""

PGBOUNCER = """
[databases]
clusters = host={socket_directory} port={socket_port} dbname={name} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 10
max_client_conn = 200
logfile = {here}/pgbouncer.log
pidfile = {here}/pgbouncer.pid
"""


def missing() -> list[str]:
    return [program for program in PROGRAMS if not shutil.which(program, path=search_path())]


def search_path() -> str:
    return f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Machines:
    def __init__(self, database: dict, mail_url: str):
        """`database`: Django's settings of a Postgres that is reached by its socket; all tables are there."""
        self.database = database
        self.mail_url = mail_url
        self.processes: dict[str, subprocess.Popen] = {}
        self.ports: dict[str, int] = {}
        self.here = Path(tempfile.mkdtemp(prefix="machines-"))
        # Whom the socket of Postgres is open to; pgbouncer refuses to be root.
        self.user = os.stat(database["HOST"]).st_uid
        self.here.chmod(0o755)
        self.shared = self.here / "shared"
        self.shared.mkdir()
        os.chown(self.shared, self.user, -1)

    # --- what all share -----------------------------------------------------------------------
    def start_shared(self) -> None:
        self.start_redis()
        self.start_pgbouncer()
        self.start_bucket()

    def start_bucket(self) -> None:
        self.ports["s3"] = free_port()
        moto = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.ports["s3"])]
        self.start("s3", moto, cwd=self.shared, env={**os.environ, **S3_KEYS})

    def start_redis(self) -> None:
        port = self.ports.setdefault("redis", free_port())
        redis = [
            "redis-server",
            "--bind",
            "127.0.0.1",
            "--port",
            str(port),
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        self.start("redis", redis, cwd=self.shared, user=self.user)

    def start_pgbouncer(self) -> None:
        port = self.ports.setdefault("pgbouncer", free_port())
        text = PGBOUNCER.format(
            socket_directory=self.database["HOST"],
            socket_port=self.database["PORT"],
            name=self.database["NAME"],
            user=self.database["USER"],
            port=port,
            here=self.shared,
        )
        (self.shared / "pgbouncer.ini").write_text(text)
        self.start("pgbouncer", ["pgbouncer", "pgbouncer.ini"], cwd=self.shared, user=self.user)

    def start_nginx(self, *nodes: str) -> None:
        port = self.ports["nginx"]
        servers = [f"server 127.0.0.1:{self.ports[node]} max_fails=1 fail_timeout=5s;" for node in nodes]
        text = NGINX.format(here=self.shared, port=port, servers="\n        ".join(servers))
        (self.shared / "nginx.conf").write_text(text)
        nginx = ["nginx", "-e", "stderr", "-p", str(self.shared), "-c", str(self.shared / "nginx.conf")]
        self.start("nginx", nginx, cwd=self.shared, user=self.user)

    def make_bucket(self) -> None:
        client = boto3.client(
            "s3",
            endpoint_url=self.address("s3"),
            region_name="eu-west-2",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})

    # --- each machine -------------------------------------------------------------------------
    def environment(self, name: str) -> dict[str, str]:
        """What docs/operations.md asks of several machines; the same for all but the directory."""
        self.ports.setdefault("nginx", free_port())
        return {
            "PATH": os.environ["PATH"],
            "VAR_DIR": str(self.here / name),
            "SECRET_KEY": settings.SECRET_KEY,
            "ALLOWED_HOSTS": "127.0.0.1",
            "SITE_URL": self.address("nginx"),
            "TRUSTED_PROXY_COUNT": "1",
            "DEFAULT_FROM_EMAIL": "clusters@site.example",
            "EMAIL_URL": self.mail_url,
            "DATABASE_URL": f"postgres://{self.database['USER']}@127.0.0.1:{self.ports['pgbouncer']}/clusters",
            "DATABASE_POOLED": "true",
            "CACHE_URL": f"rediscache://127.0.0.1:{self.ports['redis']}/0",
            "MEDIA_BUCKET": BUCKET,
            "MEDIA_BUCKET_ENDPOINT": self.address("s3"),
            **S3_KEYS,
        }

    def install(self, name: str) -> None:
        """What an upgrade does on each machine, but for the code and the built assets, which are there."""
        directory = self.here / name
        shutil.copytree(settings.VAR_DIR / "build", directory / "build")
        subprocess.run(
            [sys.executable, settings.BASE_DIR / "manage.py", "collectstatic", "--noinput", "-v0"],
            cwd=directory,
            env=self.environment(name),
            check=True,
        )

    def copy(self, source: str, name: str) -> None:
        shutil.copytree(self.here / source, self.here / name)

    def start_node(self, name: str, workers: int = 1) -> None:
        port = self.ports.setdefault(name, free_port())
        gunicorn = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}"]
        gunicorn += ["--workers", str(workers), "--threads", "4", "--no-control-socket"]
        gunicorn += ["--pythonpath", str(settings.BASE_DIR), "--log-level", "warning"]
        self.start(name, gunicorn, cwd=self.here / name, env=self.environment(name))

    def start_worker(self, name: str) -> None:
        (self.here / name).mkdir(exist_ok=True)
        work = [sys.executable, str(settings.BASE_DIR / "manage.py"), "work"]
        self.start(name, work, cwd=self.here / name, env=self.environment(name))

    # --- processes ----------------------------------------------------------------------------
    def start(self, name: str, command: list[str], *, cwd: Path, env=None, user: int | None = None) -> None:
        with (self.here / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command,
                cwd=cwd,
                env={**(env or os.environ), "PATH": search_path()},
                user=user if os.geteuid() == 0 else None,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_for(self, *names: str) -> None:
        """Until each listens at its port."""
        deadline = time.monotonic() + SECONDS_TO_START
        for name in names:
            while True:
                with suppress(OSError), socket.create_connection(("127.0.0.1", self.ports[name]), 1):
                    break
                if self.processes[name].poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{name} did not start: {self.said(name)[-2000:]}")
                time.sleep(0.05)

    def kill(self, name: str) -> None:
        """With all its children, at once, as when the plug is pulled. Returns when nothing of it is left."""
        process = self.processes.pop(name)
        children = []
        with suppress(psutil.NoSuchProcess):  # it ended by itself
            children = psutil.Process(process.pid).children(recursive=True)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        psutil.wait_procs(children, timeout=10)

    def close(self) -> None:
        for name in reversed(list(self.processes)):
            self.kill(name)
        shutil.rmtree(self.here)

    def said(self, name: str) -> str:
        return (self.here / f"{name}.log").read_text()

    def address(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"
