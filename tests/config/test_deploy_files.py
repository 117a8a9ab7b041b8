"""The files of `deploy/` fit each other and keep what they promise; what runs them is not on every machine."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from deploy.cluster import self_signed

DEPLOY = Path(settings.BASE_DIR) / "deploy"
COMPOSE = (DEPLOY / "compose.yaml").read_text()
SHARED, _, REST = COMPOSE.partition("\nservices:\n")
# Each service with the lines that are indented under it.
SERVICES = dict(
    re.findall(r"^  (\w+):(.*\n(?:(?:    .*|  #.*|)\n)*)", REST.partition("\nsecrets:\n")[0] + "\n", re.MULTILINE)
)
OURS = {"migrate", "web1", "web2", "worker", "beat"}
PLACES = set(re.findall(r"\$\{(\w+)\}", (DEPLOY / "nginx.conf.template").read_text()))


def test_it_has_the_shape_of_production():
    assert set(SERVICES) == OURS | {"nginx", "database", "keys", "redis"}


def test_only_nginx_can_be_reached_from_outside():
    assert {name for name, service in SERVICES.items() if "ports:" in service} == {"nginx"}
    assert {name for name, service in SERVICES.items() if re.search(r"networks:.*outside", service)} == {"nginx"}


def test_what_is_ours_cannot_write_its_own_files_nor_leave_a_core_and_has_the_time_to_leave():
    assert {name for name in SERVICES if re.search(r"<<: \*app|\*web$", SERVICES[name], re.MULTILINE)} == OURS
    shared = SHARED.partition("x-app: &app\n")[2].splitlines()
    assert {
        "  read_only: true", "  cap_drop: [ALL]", '  security_opt: ["no-new-privileges:true"]', "  ulimits: {core: 0}",
        # Ten seconds by its own clock; who is cut off before loses what was under way.
        "  stop_grace_period: 15s",
    } <= set(shared)  # fmt: skip
    assert re.search(r"^USER toeverlaat$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    units = [path.read_text() for path in (DEPLOY / "systemd").iterdir()]
    assert min(int(re.search(r"TimeoutStopSec=(\d+)", unit)[1]) for unit in units) == 15
    assert all("LimitCORE=0\n" in unit and "ProtectSystem=strict\n" in unit for unit in units)


def test_no_secret_gets_into_an_image_or_into_the_repository():
    left_out = (Path(settings.BASE_DIR) / ".dockerignore").read_text().splitlines()
    assert {"deploy/secrets", "**/.env", "var", ".venv", ".git"} <= set(left_out)
    secrets = re.findall(r"\{file: \./(.*)\}", COMPOSE)
    assert len(secrets) == 4
    paths = [f"deploy/{name}" for name in [*secrets, ".env"]]
    told = subprocess.run(
        ["git", "check-ignore", *paths], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    assert told.stdout.splitlines() == paths


def test_every_password_is_asked_for_and_none_is_given():
    given = dict(line.split("=", 1) for line in (DEPLOY / "example.env").read_text().splitlines() if line[:1].isupper())
    assert set(re.findall(r"\$\{(\w+)", COMPOSE)) == set(given)
    assert {name for name, value in given.items() if name.endswith("PASSWORD") and value} == set()


def test_nginx_is_given_all_that_its_template_asks_for():
    without_docker = set(re.findall(r"^([A-Z_]+)=", (DEPLOY / "nginx.env").read_text(), re.MULTILINE))
    assert without_docker == PLACES
    environment = re.findall(r"^      ([A-Z_]+):", SERVICES["nginx"], re.MULTILINE)
    assert set(environment) - {"NGINX_ENVSUBST_OUTPUT_DIR"} == PLACES


def test_nginx_takes_what_the_readme_says_to_make(tmp_path):
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if not nginx or not shutil.which("envsubst"):
        pytest.skip("nginx and envsubst (gettext) are needed.")
    certificate, key = self_signed(tmp_path)
    (tmp_path / "temp").mkdir()
    own = {
        "CERTIFICATE": certificate,
        "CERTIFICATE_KEY": key,
        "PID_FILE": tmp_path / "pid",
        "TEMP_DIR": tmp_path / "temp",
    }
    own |= {"PORT": "127.0.0.1:18443"}
    text = (DEPLOY / "nginx.env").read_text()
    for name, value in own.items():
        text = re.sub(rf"^{name}='.*'$", f"{name}='{value}'", text, flags=re.MULTILINE)
    (tmp_path / "nginx.env").write_text(text)
    [recipe] = re.findall(r"```sh\n(set -a.*?)```", (DEPLOY / "README.md").read_text(), re.DOTALL)
    recipe = recipe.replace("/etc/toeverlaat/nginx.env", str(tmp_path / "nginx.env"))
    recipe = recipe.replace("/etc/nginx/nginx.conf", str(tmp_path / "nginx.conf"))
    recipe = recipe.replace("nginx -t", f"{nginx} -t -e stderr -c {tmp_path / 'nginx.conf'}")
    done = subprocess.run(["sh", "-ec", recipe], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    filled = (tmp_path / "nginx.conf").read_text()
    assert not PLACES & set(re.findall(r"\$\{(\w+)\}", filled))
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in filled
