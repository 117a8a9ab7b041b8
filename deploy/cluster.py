"""The production shape on one machine without Docker: `make cluster`, and what the tests of faults run on.

nginx with TLS, two web nodes, a worker, a beat, a PostgreSQL for the data, another for the keys, and Redis with a password,
each from the programs found on this machine, with data of their own under one directory.
"""

import argparse
import base64
import ipaddress
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import psycopg
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from psycopg.sql import SQL, Identifier

from deploy.programs import (
    HOST,
    CannotStartError,
    Program,
    Programs,
    answers,
    for_database,
    free_port,
    program,
    unprivileged,
)

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "deploy" / "nginx.conf.template"
NODES = 2
USER, PROGRAM = "toeverlaat", "toeverlaat_program"


class Cluster:
    """The programs by name: `database`, `keys`, `redis`, `web1`, `web2`, `worker`, `beat`, `nginx`."""

    def __init__(
        self, directory: Path, *, port: int = 0, nodes: int = NODES, settings: dict[str, str] | None = None
    ) -> None:
        self.directory = directory
        self.port = port or free_port()
        self.programs = Programs()
        self.node_ports = [free_port() for _ in range(nodes)]
        self.ports = {name: free_port() for name in ("database", "keys", "redis")}
        self.secrets = kept_secrets(directory)
        self.env = {**os.environ, **self.settings(), **(settings or {})}

    @property
    def origin(self) -> str:
        return f"https://{HOST}:{self.port}"

    def __getitem__(self, name: str) -> Program:
        return next(one for one in self.programs.started if one.name == name)

    def settings(self) -> dict[str, str]:
        """The environment of a production installation."""
        password = self.secrets["redis"]
        return {
            "MODE": "production",
            "DEMO": "",
            "DEBUG": "",
            "ORIGIN": self.origin,
            "ALLOWED_HOSTS": HOST,
            "VAR_DIR": str(self.directory / "var"),
            "STATIC_ROOT": str(self.directory / "static"),
            "SECRET_KEY": self.secrets["secret_key"],
            "MASTER_KEYS": f"cluster:{self.secrets['master_key']}",
            "DATABASE_URL": self.database_url("database", PROGRAM),
            "KEYS_DATABASE_URL": self.database_url("keys", PROGRAM),
            "REDIS_URL": f"redis://:{password}@{HOST}:{self.ports['redis']}/0",
            # Letters go nowhere: nothing listens there.
            "EMAIL_URL": f"smtp://{HOST}:9",
            "TRUSTED_PROXIES": "1",
            "PYTHONUNBUFFERED": "1",
        }

    def owners(self) -> dict[str, str]:
        """What `migrate`, `backup` and `restore` know, and the running program does not."""
        named = {"MIGRATE_DATABASE_URL": "database", "MIGRATE_KEYS_DATABASE_URL": "keys"}
        return {setting: self.database_url(name) for setting, name in named.items()}

    def database_url(self, name: str, user: str = USER) -> str:
        return f"postgres://{user}:{self.secrets['database']}@{HOST}:{self.ports[name]}/{USER}_{name}"

    # Starting
    def start(self) -> "Cluster":
        """Start everything, what others stand on first. Raises CannotStartError."""
        try:
            at_once(lambda: self.start_database("database"), lambda: self.start_database("keys"), self.start_redis)
            self.prepare()
            self.start_ours("worker", ["-m", "celery", "-A", "config", "worker", "-l", "WARNING", "-c", "1"])
            schedule = ["-s", str(self.directory / "beat")]
            self.start_ours("beat", ["-m", "celery", "-A", "config", "beat", "-l", "WARNING", *schedule])
            at_once(*(partial(self.start_web, number, port) for number, port in enumerate(self.node_ports, 1)))
            self.start_nginx()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        self.programs.stop()

    def __enter__(self) -> "Cluster":
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def launch(
        self,
        name: str,
        command: list[str],
        port: int = 0,
        how_to_stop: int = signal.SIGTERM,
        ready: Callable[[], bool] | None = None,
    ) -> Program:
        ready = ready or ((lambda: answers(port)) if port else (lambda: True))
        log = self.directory / f"{name}.log"
        one = Program(name, command, self.env, log, ROOT, ready=ready, stop_signal=how_to_stop)
        return self.programs.start(one)

    def start_ours(self, name: str, arguments: list[str], port: int = 0) -> Program:
        return self.launch(name, [sys.executable, *arguments], port)

    def start_web(self, number: int, port: int) -> Program:
        return self.start_ours(f"web{number}", ["manage.py", "serve", "--port", str(port)], port)

    def start_database(self, name: str) -> None:
        """A PostgreSQL server of our own, with a password and fsync, and one empty database on the first start."""
        place, as_other = self.directory / name, unprivileged()
        if not (place / "PG_VERSION").exists():
            for_database(place)
            password = self.directory / f"{name}.password"
            password.write_text(self.secrets["database"])
            password.chmod(0o644)
            options = ["-U", USER, "-A", "scram-sha-256", "--pwfile", str(password), "-E", "UTF8", "--locale=C.UTF-8"]
            done([*as_other, program("initdb", "postgresql"), "-D", str(place), *options])
            password.unlink()
        # A short directory: a socket's path has at most 107 characters.
        options = ["-c", f"port={self.ports[name]}", "-c", f"listen_addresses={HOST}", "-c", "unix_socket_directories="]
        command = [
            *as_other,
            program("postgres", "postgresql"),
            "-D",
            str(place),
            *options,
            "-c",
            "max_connections=100",
        ]
        # SIGINT is PostgreSQL's fast stop: it ends sessions and does not wait for them.
        self.launch(name, command, how_to_stop=signal.SIGINT, ready=lambda: self.lets_in(name))
        self.create_database(name)

    def server_url(self, name: str) -> str:
        return self.database_url(name).replace("postgres://", "postgresql://").rsplit("/", 1)[0] + "/postgres"

    def lets_in(self, name: str) -> bool:
        """Whether a database answers; its port is open some moments before."""
        try:
            psycopg.connect(self.server_url(name), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def create_database(self, name: str) -> None:
        wanted = f"{USER}_{name}"
        with psycopg.connect(self.server_url(name), autocommit=True) as connection:
            row = connection.execute("select 1 from pg_database where datname = %s", [wanted]).fetchone()
            if row is None:
                connection.execute(SQL("CREATE DATABASE {}").format(Identifier(wanted)))

    def start_redis(self) -> None:
        """Nothing in Redis is the truth, so nothing of it is kept."""
        options = ["--port", str(self.ports["redis"]), "--bind", HOST, "--save", "", "--appendonly", "no"]
        secret = ["--requirepass", self.secrets["redis"], "--dir", str(self.directory)]
        self.launch("redis", [program("redis-server", "redis-server"), *options, *secret], self.ports["redis"])

    def prepare(self) -> None:
        """Tables, files and words of this version."""
        quietly = ["--no-input", "-v", "0"]

        def files() -> None:
            self.manage("compilecatalogues")
            self.manage("collectstatic", *quietly)

        def tables() -> None:
            self.manage("migrate", *quietly, env=self.owners())
            self.manage("migrate", *quietly, "--database", "keys", env=self.owners())

        at_once(files, tables)

    def manage(self, *arguments: str, env: dict[str, str] | None = None) -> str:
        return done([sys.executable, "manage.py", *arguments], env={**self.env, **(env or {})})

    def start_nginx(self) -> None:
        # Everybody of a test comes from one address.
        limits = {
            "HANDSHAKES_PER_SECOND": "2000", "HANDSHAKES_BURST": "5000", "POLLS_PER_SECOND": "2000", "POLLS_BURST": "5000",
            "CONNECTIONS_PER_ADDRESS": "8000",
        }  # fmt: skip
        self.launch("nginx", nginx(self.directory, self.port, self.node_ports, limits), self.port)

    def fill(self) -> str:
        """Sow the example organisations, and give everybody a fresh password; what to tell comes back."""
        env = {"MODE": "embedded", "DEMO": "1"}
        return self.manage("sow_examples", str(self.directory / "demo.json"), env=env)


def kept_secrets(directory: Path) -> dict[str, str]:
    """The secrets of this cluster: made on its first start, and kept with its data."""
    directory.mkdir(parents=True, exist_ok=True)
    # Another user (PostgreSQL's) must get through to its own directory.
    directory.chmod(0o711)
    store = directory / "secrets.json"
    if store.exists():
        return dict(json.loads(store.read_text()))
    made = {
        "secret_key": secrets.token_urlsafe(64),
        "master_key": base64.b64encode(secrets.token_bytes(32)).decode(),
        "database": secrets.token_urlsafe(24),
        "redis": secrets.token_urlsafe(24),
    }
    store.touch(0o600)
    store.write_text(json.dumps(made))
    return made


def self_signed(directory: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that nobody but this machine believes, for a month."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = directory / "certificate.pem", directory / "certificate_key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].touch(0o600)
    encoded = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    paths[1].write_bytes(key.private_bytes(*encoded))
    return paths


def nginx(directory: Path, port: int, nodes: list[int], limits: dict[str, str]) -> list[str]:
    """Writes a configuration from the template of production; how to start an nginx with it comes back."""
    certificate, key = self_signed(directory)
    temp = directory / "nginx"
    temp.mkdir(exist_ok=True)
    values = {
        "PID_FILE": str(directory / "nginx.pid"), "TEMP_DIR": str(temp), "PORT": f"{HOST}:{port}", "HOST": HOST, "RESOLVER": "",
        "NODES": "\n".join(f"        server {HOST}:{node} max_fails=0;" for node in nodes),
        "CERTIFICATE": str(certificate), "CERTIFICATE_KEY": str(key), **limits,
    }  # fmt: skip
    # Only ${NAME} is ours to fill in; nginx has variables of its own.
    text = TEMPLATE.read_text()
    for name, value in values.items():
        text = text.replace("${" + name + "}", value)
    config = directory / "nginx.conf"
    config.write_text(text if os.geteuid() else "user root;\n" + text)
    return [program("nginx", "nginx"), "-c", str(config), "-e", "stderr", "-g", "daemon off;"]


def at_once(*works: Callable[[], object]) -> None:
    """Do things beside each other, to the end of the last. Raises what the first one that failed raised."""
    with ThreadPoolExecutor(len(works)) as pool:
        for doing in [pool.submit(work) for work in works]:
            doing.result()


def done(command: list[str], env: dict[str, str] | None = None) -> str:
    """Run something to its end. Raises CannotStartError with what it complained about."""
    ended = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise CannotStartError(f"{Path(command[0]).name} failed: {ended.stderr.strip()[-1500:]}")
    return ended.stdout


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make cluster", description=__doc__)
    parser.add_argument("--port", type=int, default=8443)
    parser.add_argument("--directory", type=Path, default=Path(os.environ.get("VAR_DIR", ROOT / "var")) / "cluster")
    parser.add_argument("--reset", action="store_true", help="throw its data away first")
    options = parser.parse_args(argv)
    if options.reset:
        shutil.rmtree(options.directory, ignore_errors=True)
    if answers(options.port):
        sys.stderr.write(f"Port {options.port} is taken. Name another one: make cluster CLUSTER_PORT=8444\n")
        return 1
    try:
        with Cluster(options.directory.resolve(), port=options.port) as cluster:
            sys.stdout.write(cluster.fill())
            sys.stdout.write(
                f"\n{cluster.origin} with {NODES} web nodes. The certificate is its own. Ctrl-C stops it.\n"
            )
            sys.stdout.flush()
            signal.sigwait({signal.SIGINT, signal.SIGTERM})
    except CannotStartError as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    except KeyboardInterrupt:
        pass
    sys.stdout.write("\nStopped. The data is kept.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
