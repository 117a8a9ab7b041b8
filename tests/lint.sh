#!/usr/bin/env bash
# Style, types, layers, migrations and translations; every check runs, and one that fails fails the whole.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0
var=$(mktemp -d)
trap 'rm -rf "$var"' EXIT

check() {
    echo "-- $*"
    "$@" || failed=1
}

check .venv/bin/ruff check .
check .venv/bin/ruff format --check .
check .venv/bin/mypy
check .venv/bin/lint-imports
check env MODE=embedded DEMO=0 VAR_DIR="$var" SECRET_KEY=only-to-look-at-the-models-and-nothing-else-1234567890 \
    .venv/bin/python manage.py makemigrations --check --dry-run
if command -v msgfmt >/dev/null; then
    for catalogue in locale/*/LC_MESSAGES/*.po; do
        [ -e "$catalogue" ] && check msgfmt --check --output-file=/dev/null "$catalogue"
    done
else
    echo "-- Not checked: the catalogues, because msgfmt was not found (apt install gettext)."
    [ "${CI:-}" != true ] || failed=1
fi
exit "$failed"
