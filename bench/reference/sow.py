"""Make the usual tables and rows: `python -m bench.reference.sow CONVERSATIONS` prints their ids."""

import json
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.reference.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from bench.reference.models import Conversation, Line  # noqa: E402


def sow(count: int) -> list[int]:
    call_command("migrate", run_syncdb=True, verbosity=0, interactive=False)
    line, _made = Line.objects.get_or_create(slug="line", defaults={"name": "Line"})
    rows = Conversation.objects.bulk_create([Conversation(line=line, state="active") for _ in range(count)])
    return [row.pk for row in rows]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(sow(int(sys.argv[1]))))
