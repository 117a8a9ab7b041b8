"""One mark in each database, by which it shows when one of the two was put back from a backup."""

from django.db import models


class KeysPulse(models.Model):
    """The newest mark and the one before it: whoever is killed between the two databases is one mark behind."""

    database = "keys"

    token = models.CharField(max_length=32)
    before = models.CharField(max_length=32, blank=True)
    # When this database was last written out as a backup that opens to its end.
    backed_up_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.token


class DataPulse(models.Model):
    """The mark that the data has."""

    token = models.CharField(max_length=32)
    backed_up_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.token
