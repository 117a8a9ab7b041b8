"""Which database a table lives in: keys apart from data."""

from typing import Any

from django.db.models import Model

# Migrations know a model by its name alone.
KEYS_TABLES = frozenset({"organisationkey", "conversationkey", "keyspulse", "pseudonymkey"})


class KeysApart:
    """Sends every model that names `database = "keys"` to the keys database, and nothing else there.

    Deleting a key there makes what it sealed unreadable in the data *and in every backup of the data*.
    """

    def home(self, model: type[Model]) -> str:
        return getattr(model, "database", "default")

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return self.home(model)

    db_for_write = db_for_read

    def allow_relation(self, obj1: Model, obj2: Model, **hints: Any) -> bool:
        return self.home(type(obj1)) == self.home(type(obj2))

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool:
        lives_in_keys = hints.get("database", "default") == "keys" or (
            app_label == "privacy" and model_name in KEYS_TABLES
        )
        return lives_in_keys == (db == "keys")
