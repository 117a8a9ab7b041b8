#!/usr/bin/env bash
# All tests: on SQLite always; on PostgreSQL with Redis, in Chromium, with LibreOffice, and on a cluster of which everything
# fails in turn, where what they need is found. With CI=true a missing one is a failure. What is left out is told in one line each, before pytest's own last line.
set -uo pipefail
cd "$(dirname "$0")/.."
# Two runs on one machine would empty one another's databases: the second one waits.
if [ -z "${ALONE:-}" ] && command -v flock >/dev/null; then
    lock="${TMPDIR:-/tmp}/toeverlaat-tests.$(id -u).lock"
    flock --nonblock "$lock" true || echo "Another run of these tests is going on this machine; this one waits for its end." >&2
    ALONE=1 exec flock --close "$lock" "$0" "$@"
fi
python=.venv/bin/python
only=()
missing=0

left_out() {
    echo "Not tested: $1" >&2
    missing=1
}

"$python" -c 'from config.catalogues import compile_catalogues; compile_catalogues()' || exit 1

CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
export CHROMIUM
if [ -z "$CHROMIUM" ]; then
    left_out "the pages in a browser, because no Chromium was found (apt install chromium, or set CHROMIUM=/path)."
    only=(-m "not browser")
fi

if ! command -v soffice >/dev/null && ! command -v libreoffice >/dev/null; then
    left_out "whether LibreOffice opens the files of reports, because it was not found (apt install libreoffice-calc-nogui)."
fi

services=$("$python" tests/find_services.py)
found=$?
[ "$found" -eq 0 ] || left_out "$services"
lacking=$("$python" -m tests.faults.needed)
faults=$?
[ "$faults" -eq 0 ] || left_out "what happens when everything fails in turn. $lacking"

if [ "${CI:-}" = true ] && [ "$missing" -ne 0 ]; then
    echo "With CI=true all of them must be there." >&2
    exit 1
fi

# Where so much fails the rest tells nothing new, and each may take its whole patience.
most=(--maxfail 25)
failed=$(mktemp)
trap 'rm -f "$failed"' EXIT

# Two processes and their browsers on a small machine get in one another's way: what failed beside the others is done once
# more, alone, and told. What fails then has failed.
tried() {
    FAILED_FILE=$failed "$@" && return 0
    local names
    mapfile -t names <"$failed"
    [ "${#names[@]}" -gt 0 ] && [ "${#names[@]}" -le 12 ] || return 1
    echo "== Once more, alone: ${names[*]} =="
    env "${where[@]}" "$python" -m pytest -n0 "${names[@]}"
}

echo "== SQLite, in memory between processes =="
where=(-u DATABASE_URL -u KEYS_DATABASE_URL -u REDIS_URL)
tried env "${where[@]}" "$python" -m pytest -n auto --dist worksteal --ignore tests/faults "${most[@]}" "${only[@]}" "$@" || exit

if [ "$found" -eq 0 ]; then
    echo "== PostgreSQL and Redis =="
    # Pages look the same on both; the browser has been there.
    read -ra where <<<"$services"
    tried env "${where[@]}" "$python" -m pytest -n auto --dist worksteal --ignore tests/faults "${most[@]}" -m "not browser" "$@" || exit
fi

# Only with all tests, for they take minutes: `make faults` has them alone.
if [ "$faults" -eq 0 ] && [ "$#" -eq 0 ]; then
    echo "== Faults: a cluster of which everything fails in turn =="
    # One after the other, and after everything else: they kill, stop and hang what others would stand on.
    tried env "${where[@]}" "$python" -m pytest -n0 "${most[@]}" tests/faults || exit
fi
