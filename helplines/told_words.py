"""The tongues in which texts are read for numbers, and the words for what is kept (N04): data."""

from helplines.told_de import GERMAN
from helplines.told_fr import FRENCH
from helplines.told_nl_en import DUTCH_AND_ENGLISH

# The tongue in which a text of each language is read first.
TONGUES = {"nl": DUTCH_AND_ENGLISH, "en": DUTCH_AND_ENGLISH, "fr": FRENCH, "de": GERMAN}
# One and more of what each value of the policy counts, as it is told in the language of a text.
SAID = {
    "nl": {
        "months": ("maand", "maanden"),
        "hours": ("uur", "uur"),
        "talks": ("gesprek", "gesprekken"),
        "": ("minuut", "minuten"),
    },
    "en": {
        "months": ("month", "months"),
        "hours": ("hour", "hours"),
        "talks": ("talk", "talks"),
        "": ("minute", "minutes"),
    },
    "fr": {
        "months": ("mois", "mois"),
        "hours": ("heure", "heures"),
        "talks": ("conversation", "conversations"),
        "": ("minute", "minutes"),
    },
    "de": {
        "months": ("Monat", "Monate"),
        "hours": ("Stunde", "Stunden"),
        "talks": ("Gespräch", "Gespräche"),
        "": ("Minute", "Minuten"),
    },
}
