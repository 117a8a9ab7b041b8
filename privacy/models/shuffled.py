"""What waits to become anonymous: sealed, without a time, an order or an author."""

import uuid
from datetime import date
from typing import ClassVar

from django.db import models

from helplines.models import Organisation
from helplines.tenancy import tenant_manager


class LotQuerySet(models.QuerySet["Lot"]):
    def past(self, day: date) -> "LotQuerySet":
        """Lots that waited too long for enough others."""
        return self.filter(ends__lte=day)


class Lot(models.Model):
    """Those of one organisation who wait together for one store; its key goes when they are moved."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    store = models.CharField(max_length=20)
    code = models.CharField(max_length=22, unique=True)
    ends = models.DateField()

    objects: ClassVar = tenant_manager(LotQuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "store"], name="one_lot_for_a_store")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.store}"


class Waiting(models.Model):
    """One of a lot. All of them are written anew, in another order, whenever one comes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    lot = models.ForeignKey(Lot, models.CASCADE, related_name="waiting")
    sealed = models.BinaryField()

    objects: ClassVar = tenant_manager(models.QuerySet)

    def __str__(self) -> str:
        return str(self.id)
