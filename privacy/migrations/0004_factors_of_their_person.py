"""The secrets of a second step that are there already become those of their person (security goal C3)."""

import base64
import logging
from typing import Any

from django.db import migrations

from privacy import keys, sealing

logger = logging.getLogger(__name__)
PURPOSE = "second-factor"


def resealed(token: str, before: list[str], after: list[str]) -> str:
    """The same secret at another place. Raises MasterKeyError, UnreadableError."""
    *claim, name, sealed = token.split(":")
    master = keys.master_keys().keys.get(name)
    if master is None or claim != before:
        raise sealing.UnreadableError
    key = keys.derived(master, PURPOSE)
    plain = sealing.unseal(key, base64.b64decode(sealed), sealing.place(PURPOSE, *before))
    return ":".join([*after, name, base64.b64encode(sealing.seal(key, plain, sealing.place(PURPOSE, *after))).decode()])


def reseal(apps: Any, *, forwards: bool) -> None:
    rows = apps.get_model("mfa", "Authenticator").objects.filter(type__in=("totp", "recovery_codes")).order_by("pk")
    for row in rows.iterator():
        for field in {"secret", "seed"} & set(row.data):
            claims: list[list[str]] = [[], ["for", str(row.user_id), row.type, field]]
            try:
                row.data[field] = resealed(row.data[field], *(claims if forwards else reversed(claims)))
            except (keys.MasterKeyError, sealing.UnreadableError):
                # It opened nothing before, and opens nothing after: its owner needs a reset.
                logger.warning("A secret of the second step of person %s cannot be opened.", row.user_id)
        row.save(update_fields=["data"])


def bind(apps: Any, _editor: Any) -> None:
    reseal(apps, forwards=True)


def loosen(apps: Any, _editor: Any) -> None:
    reseal(apps, forwards=False)


class Migration(migrations.Migration):
    dependencies = [("privacy", "0003_audit_only_grows"), ("mfa", "0003_authenticator_type_uniq")]
    operations = [migrations.RunPython(bind, loosen)]
