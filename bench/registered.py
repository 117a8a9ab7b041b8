"""Report over many registrations: `python -m bench.registered ROWS ROUNDS`, run inside a house of `bench/houses.py`.

Prints, as JSON, for each round the seconds of `raw`: month × region in SQL; `ours`: the same counted by us; `report`: the
same laid out of what is published; `whole`: every table of that. And once: `fixed`, the seconds in which twelve months were
counted in every table, rounded and published, and `raw_tables`, those tables in SQL.
"""

import json
import os
import sys
import time
from collections.abc import Callable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from datetime import UTC, datetime  # noqa: E402
from typing import Any  # noqa: E402

from django.db import connection  # noqa: E402

from helplines.models import Line, Organisation  # noqa: E402
from helplines.tenancy import across_organisations, inside  # noqa: E402
from registration import fixing, queries, reports  # noqa: E402
from registration.documents import INSIDE, Document, Span  # noqa: E402
from registration.models import SavedReport  # noqa: E402
from registration.queries import Period  # noqa: E402

YEAR, NOW = 2025, datetime(2026, 3, 1, 12, tzinfo=UTC)
SOW = """
    INSERT INTO registration_registration
        (id, organisation_id, line_id, channel, month, moment, minutes, subject, region, age, role, outcome, answers)
    SELECT gen_random_uuid(), %(organisation)s, %(line)s, 'chat', make_date(%(year)s, 1 + (random() * 11)::int, 1),
        'afternoon', 5 * (random() * 12)::int, 'subject-' || (random() * random() * 29)::int,
        'region-' || (random() * 9)::int, 'age-' || (random() * 7)::int, '', 'outcome-' || (random() * 3)::int, '{}'
    FROM generate_series(1, %(rows)s)
"""
OF_YEAR = "FROM registration_registration WHERE organisation_id = %s AND month BETWEEN %s AND %s"
RAW = f"SELECT month, region, count(*) {OF_YEAR} GROUP BY month, region ORDER BY 1, 2"
TABLES = [
    f"SELECT month, line_id, {columns}, count(*) {OF_YEAR} GROUP BY month, line_id, {columns}"
    for columns in ("subject, region, age", "outcome", "role", "minutes", "moment")
]


def sow(rows: int) -> Organisation:
    with across_organisations():  # a program to measure with, outside any person's sight
        line = Line.objects.select_related("organisation").get()
    with inside(line.organisation), connection.cursor() as cursor:
        cursor.execute(SOW, {"organisation": line.organisation_id, "line": line.pk, "year": YEAR, "rows": rows})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE registration_registration")
    return line.organisation


def asked(organisation: Organisation, statement: str) -> list[Any]:
    period = Period.year(YEAR)
    with connection.cursor() as cursor:
        cursor.execute(statement, [organisation.pk, *period])
        return cursor.fetchall()


def shown(organisation: Organisation, key: str) -> Document:
    return reports.document(organisation, key, Span.named(str(YEAR)), INSIDE, now=NOW)


def took(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def fix(organisation: Organisation) -> None:
    for month in Span.named(str(YEAR)).months:
        assert fixing.fix(organisation_id=organisation.pk, source="contacts", month=month, now=NOW)


def main(rows: int, rounds: int) -> dict[str, Any]:
    organisation = sow(rows)
    with inside(organisation):
        found: dict[str, Any] = {
            "raw_tables": took(lambda: [asked(organisation, statement) for statement in TABLES]),
            "fixed": took(lambda: fix(organisation)),
            "rounds": [],
        }
        saved = SavedReport.objects.create(
            organisation=organisation, code="regions", name="Regions", report="contacts", views=["regions"]
        )
        ways: dict[str, Callable[[], Any]] = {
            "raw": lambda: asked(organisation, RAW),
            "ours": lambda: queries.contacts(organisation, Period.year(YEAR), ["month", "region"]),
            "report": lambda: shown(organisation, f"saved-{saved.code}"),
            "whole": lambda: shown(organisation, "contacts"),
        }
        assert len(ways["raw"]()) == len(ways["ours"]())
        for number in range(rounds):
            # By turns first: whoever is second finds the machine warmer.
            order = sorted(ways, reverse=bool(number % 2))
            found["rounds"].append({name: took(ways[name]) for name in order})
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))))
