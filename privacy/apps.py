from functools import partial

from django.apps import AppConfig
from django.db.models.signals import post_init, pre_save


class PrivacyConfig(AppConfig):
    name = "privacy"
    verbose_name = "Privacy"

    def ready(self) -> None:
        from allauth.mfa.models import Authenticator

        from helplines import outbox, reminders, tallies, witness
        from privacy import (
            audit,
            counting,
            factors,
            holders,
            opening_counts,
            opening_letters,
            promised,
            review,
            sealing,
            service,
        )

        witness.listen(audit.listener)
        sealing.refusals[:] = [partial(tallies.count, tallies.UNREADABLE)]
        reminders.sign_in(review.reminders)
        reminders.sign_in(opening_counts.reminders)
        # Rows of allauth are not ours to change: its signals are where a secret gets its person.
        post_init.connect(factors.recognise, sender=Authenticator, dispatch_uid="privacy.recognise")
        pre_save.connect(factors.bind, sender=Authenticator, dispatch_uid="privacy.bind")
        outbox.sign_in("broken", service.broken_letter)
        opening_letters.sign_in()
        counting.sign_in()
        holders.hold()
        promised.promise()
