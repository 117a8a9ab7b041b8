"""In French and German too a text cannot state a number that is not the policy's, and an honest one bothers nobody (N04)."""

import pytest

from helplines import policy_words, service, told_numbers
from helplines.policies import PolicyError, PolicyValues
from tests.factories.helplines import LineFactory

VALUES = PolicyValues(
    retention_months=12,
    rejoin_minutes=5,
    block_hours=8,
    soft_minutes=60,
    silent_minutes=20,
    contact_limit=4,
    capacity=2,
)


def found(text, language, values=VALUES):
    return [(one.field, one.said, one.kept) for one in told_numbers.contradictions(text, language, values)]


FRENCH_FALSE = [
    ("Nous gardons ta conversation 6 mois.", "retention_months", "6 mois"),
    ("Nous gardons ta conversation pendant six mois.", "retention_months", "six mois"),
    ("Après dix-huit mois, ta conversation est effacée.", "retention_months", "dix-huit mois"),
    ("Tes données sont supprimées au bout d’un an et demi.", "retention_months", "un an et demi"),
    ("Les messages sont conservés vingt-quatre mois.", "retention_months", "vingt-quatre mois"),
    ("Les messages sont conservés vingt et un mois.", "retention_months", "vingt et un mois"),
    ("Votre entretien n’est pas gardé plus de 2 ans.", "retention_months", "2 ans"),
    ("Tout est effacé après 30 jours.", "retention_months", "30 jours"),
    ("Nous détruisons votre conversation après trois semaines.", "retention_months", "trois semaines"),
    ("Votre adresse IP est supprimée après six mois.", "retention_months", "six mois"),
    ("Après env. 6 mois, la conversation disparaît.", "retention_months", "6 mois"),
    ("Un blocage dure 24 heures.", "block_hours", "24 heures"),
    ("Nous pouvons te bloquer pendant deux jours.", "block_hours", "deux jours"),
    ("Tu es bloqué pour un blocage de 24h.", "block_hours", "24h"),
    ("Une conversation dure une demi-heure.", "soft_minutes", "une demi-heure"),
    ("Une conversation dure trois quarts d’heure.", "soft_minutes", "trois quarts d'heure"),
    ("Une conversation dure une heure et demie.", "soft_minutes", "une heure et demie"),
    ("La durée d’un entretien est de 45 minutes.", "soft_minutes", "45 minutes"),
    ("Le chat se termine après 90 min.", "soft_minutes", "90 min"),
    ("La conversation s’arrête si tu n’écris rien pendant 10 minutes.", "silent_minutes", "10 minutes"),
    (
        "Sans réponse, la conversation se termine après un quart d’heure de silence.",
        "silent_minutes",
        "un quart d'heure",
    ),
    ("Reviens dans les dix minutes avec le même nom.", "rejoin_minutes", "dix minutes"),
    ("La ligne a coupé ? Tu peux revenir endéans les 15 minutes.", "rejoin_minutes", "15 minutes"),
    ("Tu peux nous parler au maximum trois fois par jour.", "contact_limit", "trois fois"),
    ("Vous pouvez nous contacter cinq fois par 24 heures.", "contact_limit", "cinq fois"),
    ("Pas plus de 3 conversations en 24 heures.", "contact_limit", "3 conversations"),
    ("Jusqu’à six contacts par jour sont possibles.", "contact_limit", "six contacts"),
    ("Un conseiller a trois conversations en même temps.", "capacity", "trois conversations"),
    ("Nos bénévoles ont 5 entretiens à la fois.", "capacity", "5 entretiens"),
    ("Bienvenue.\n\n- Nous gardons ta conversation 6 mois.", "retention_months", "6 mois"),
    ("Nous effaçons tout après nonante jours.", "retention_months", "nonante jours"),
    ("Nous effaçons tout après quatre-vingt-dix jours.", "retention_months", "quatre-vingt-dix jours"),
]
GERMAN_FALSE = [
    ("Wir bewahren dein Gespräch 6 Monate auf.", "retention_months", "6 Monate"),
    ("Dein Gespräch wird sechs Monate lang gespeichert.", "retention_months", "sechs Monate"),
    ("Nach einem halben Jahr löschen wir alles.", "retention_months", "einem halben Jahr"),
    ("Nach anderthalb Jahren sind deine Nachrichten weg.", "retention_months", "anderthalb Jahren"),
    ("Ihre Daten werden nach zweieinhalb Jahren vernichtet.", "retention_months", "zweieinhalb Jahren"),
    ("Wir speichern deinen Chat achtzehn Monate.", "retention_months", "achtzehn Monate"),
    ("Deine IP-Adresse wird nach 30 Tagen gelöscht.", "retention_months", "30 Tagen"),
    ("Alles wird nach drei Wochen entfernt.", "retention_months", "drei Wochen"),
    ("Dein Gespräch bleibt noch vierundzwanzig Monate gespeichert.", "retention_months", "vierundzwanzig Monate"),
    ("Dein Gespräch bleibt ca. 6 Monate gespeichert.", "retention_months", "6 Monate"),
    ("Wir löschen dein Gespräch nach zwei Jahren.", "retention_months", "zwei Jahren"),
    ("Eine Sperre dauert 24 Stunden.", "block_hours", "24 Stunden"),
    ("Wir können dich zwei Tage blockieren.", "block_hours", "zwei Tage"),
    ("Wer gesperrt ist, kann nach einem Tag wieder schreiben.", "block_hours", "einem Tag"),
    ("Ein Gespräch dauert eine halbe Stunde.", "soft_minutes", "eine halbe Stunde"),
    ("Ein Gespräch dauert eine Dreiviertelstunde.", "soft_minutes", "Dreiviertelstunde"),
    ("Ein Chat dauert drei Viertelstunden.", "soft_minutes", "drei Viertelstunden"),
    ("Ein Gespräch dauert eineinhalb Stunden.", "soft_minutes", "eineinhalb Stunden"),
    ("Das Gespräch endet nach 45 Minuten.", "soft_minutes", "45 Minuten"),
    ("Das Gespräch endet, wenn du 10 Minuten nichts schreibst.", "silent_minutes", "10 Minuten"),
    ("Nach einer Viertelstunde ohne Antwort wird das Gespräch beendet.", "silent_minutes", "einer Viertelstunde"),
    ("Komm innerhalb von zehn Minuten zurück.", "rejoin_minutes", "zehn Minuten"),
    ("Die Verbindung bricht ab? Komm binnen 15 Minuten wieder.", "rejoin_minutes", "15 Minuten"),
    ("Du kannst höchstens dreimal pro Tag mit uns sprechen.", "contact_limit", "dreimal"),
    ("Sie können maximal fünf Mal in 24 Stunden Kontakt aufnehmen.", "contact_limit", "fünf Mal"),
    ("Nicht mehr als 3 Gespräche pro 24 Stunden.", "contact_limit", "3 Gespräche"),
    ("Du darfst uns bis zu 6-mal am Tag schreiben.", "contact_limit", "6-mal"),
    ("Eine Beraterin hat drei Gespräche gleichzeitig.", "capacity", "drei Gespräche"),
    ("Unsere Ehrenamtlichen führen 5 Chats zugleich.", "capacity", "5 Chats"),
    ("Willkommen.\n\n- Wir speichern dein Gespräch 6 Monate.", "retention_months", "6 Monate"),
    ("Nach fünfunddreissig Tagen löschen wir alles.", "retention_months", "fünfunddreissig Tagen"),
]


@pytest.mark.promise("N04", "F01", "F02")
@pytest.mark.parametrize(("text", "field", "said"), FRENCH_FALSE)
def test_french_number_that_is_not_the_policys_is_found(text, field, said):
    assert [one for one, _words, _kept in found(text, "fr")] == [field]
    assert said in found(text, "fr")[0][1] or found(text, "fr")[0][1] in said


@pytest.mark.promise("N04", "F01", "F02")
@pytest.mark.parametrize(("text", "field", "said"), GERMAN_FALSE)
def test_german_number_that_is_not_the_policys_is_found(text, field, said):
    assert [one for one, _words, _kept in found(text, "de")] == [field]
    assert said in found(text, "de")[0][1] or found(text, "de")[0][1] in said


FRENCH_HONEST = [
    "Nous gardons ta conversation 12 mois.",
    "Nous gardons ta conversation pendant douze mois.",
    "Nous gardons ta conversation un an.",
    "Après une année, tout est effacé.",
    "Ta conversation reste {{ retention }}, et une sauvegarde 7 jours.",
    "Les copies de sécurité de ta conversation sont gardées 7 jours.",
    "Une plainte au sujet d’une conversation est conservée 2 ans.",
    "À ta demande, nous effaçons ta conversation dans le mois, au plus tard après 30 jours.",
    "Le dossier de ton entretien est conservé dix ans.",
    "La lettre d’information reste conservée 6 mois, tout est gratuit.",
    "Les cookies de ce chat sont effacés après 30 jours.",
    "Une conversation dure une heure.",
    "Une conversation dure soixante minutes.",
    "Une conversation dure 1 h.",
    "Une conversation dure de 45 à 75 minutes.",
    "Une conversation dure 45-75 minutes.",
    "Le chat est ouvert de 13 heures à 17 heures et se termine à 17 heures.",
    "Le chat est ouvert de 9h à 17h, fin à 17h.",
    "Le chat se termine à 21 h.",
    "Le chat est ouvert entre 9 heures et 12 heures, la durée est libre.",
    "Nous pouvons bloquer quelqu’un, et nous sommes là 24 heures sur 24.",
    "Nous pouvons bloquer quelqu’un, et nous sommes là 24h/24.",
    "Un blocage dure huit heures.",
    "Qui vient plus de 4 fois par 24 heures peut être bloqué.",
    "Qui vient plus de 4 fois par période de 24 heures peut être bloqué.",
    "Un bloqueur de publicité peut couper la page pendant 3 jours.",
    "Appelle le 107 ou le 0800 12 345.",
    "Tu as moins de 25 ans ? Ici tu peux garder l’anonymat dans chaque conversation.",
    "Tu as 16 ans ou plus ? Tes données sont supprimées.",
    "À partir de 12 ans tu peux avoir une conversation, et tout est effacé.",
    "Nous gardons des conversations avec des jeunes de 12 à 25 ans.",
    "Depuis 40 ans nous gardons tout confidentiel dans chaque conversation.",
    "Il y a du monde : reviens dans 10 minutes, patiente avant de te reconnecter.",
    "Tu attends 10 minutes, puis ta conversation dure.",
    "La ligne a coupé ? Reviens dans les cinq minutes.",
    "Tu peux nous parler quatre fois par jour.",
    "Vous pouvez avoir 4 conversations par 24 heures.",
    "Tu peux commencer une conversation par jour ou plus souvent.",
    "Nous parlons 40 fois par jour avec quelqu’un.",
    "Un conseiller a deux conversations en même temps.",
    "Trois bénévoles travaillent ensemble à la fois sur 3 conversations.",
    "Nous répondons à ton e-mail dans les 3 jours.",
    "Ta conversation est confidentielle. Tout sur 6 mois d’école se trouve ailleurs.",
    "La conversation s’arrête si tu n’écris rien pendant 20 minutes.",
    "Si tu ne réponds pas pendant vingt minutes, la conversation se termine.",
    "Un collègue prend jusqu’à 6 appels par jour au maximum.",
]
GERMAN_HONEST = [
    "Wir bewahren dein Gespräch 12 Monate auf.",
    "Wir bewahren dein Gespräch zwölf Monate auf.",
    "Nach einem Jahr wird alles gelöscht.",
    "Dein Gespräch bleibt {{ retention }} gespeichert, und ein Backup 7 Tage.",
    "Sicherungskopien deines Gesprächs löschen wir nach 7 Tagen.",
    "Eine Beschwerde über ein Gespräch bewahren wir 2 Jahre auf.",
    "Wenn du es verlangst, löschen wir dein Gespräch innerhalb von 30 Tagen.",
    "Akten zu einem Gespräch werden zehn Jahre gespeichert.",
    "Der Newsletter wird nach 6 Monaten gelöscht, alles ist kostenlos.",
    "Cookies dieses Chats werden nach 30 Tagen gelöscht.",
    "Ein Gespräch dauert eine Stunde.",
    "Ein Gespräch dauert 60 Minuten.",
    "Ein Gespräch dauert sechzig Minuten.",
    "Ein Gespräch dauert 45 bis 75 Minuten.",
    "Ein Gespräch dauert 45-75 Minuten.",
    "Der Chat ist von 13 Uhr bis 17 Uhr offen und endet um 17 Uhr.",
    "Der Chat ist von 9.00 bis 17.00 Uhr offen.",
    "Das Gespräch endet um 21 Uhr.",
    "Wir können jemanden sperren, und wir sind 24 Stunden am Tag da.",
    "Wir können jemanden sperren, und wir sind rund um die Uhr da.",
    "Eine Sperre dauert acht Stunden.",
    "Wer öfter als viermal in 24 Stunden kommt, kann gesperrt werden.",
    "Wer öfter als viermal innerhalb von 24 Stunden kommt, kann gesperrt werden.",
    "Ein Werbeblocker kann die Seite 3 Tage blockieren.",
    "Ruf 112 an oder 0800 12 345.",
    "Du bist unter 25 Jahren? Deine Daten werden gelöscht.",
    "Du bist 16 Jahre oder älter? Hier wird kein Gespräch gespeichert.",
    "Ab 12 Jahren kannst du ein Gespräch führen, und alles wird gelöscht.",
    "Mit 14 Jahren darfst du chatten, und alles bleibt gespeichert.",
    "Seit 40 Jahren bewahren wir Stillschweigen über jedes Gespräch.",
    "Es ist viel los: komm in 10 Minuten wieder, warte kurz und bleib innerhalb der Seite.",
    "Du wartest 10 Minuten, dann dauert dein Gespräch so lange du willst.",
    "Bricht das Gespräch ab? Komm innerhalb von fünf Minuten zurück.",
    "Du kannst viermal am Tag mit uns sprechen.",
    "Sie können 4 Gespräche in 24 Stunden führen.",
    "Du kannst es am Tag noch einmal versuchen.",
    "Du kannst am Tag ein Gespräch beginnen, oder mehr.",
    "Wir sprechen 40 Mal am Tag mit jemandem.",
    "Eine Beraterin hat zwei Gespräche gleichzeitig.",
    "Drei Ehrenamtliche führen zusammen gleichzeitig 3 Gespräche.",
    "Auf deine E-Mail antworten wir binnen 3 Tagen.",
    "Dein Gespräch ist vertraulich. Alles über 6 Monate Schule findest du anderswo.",
    "Das Gespräch endet, wenn du zwanzig Minuten nichts schreibst.",
    "Wenn du 20 Minuten nicht antwortest, wird das Gespräch beendet.",
    "Kolleginnen nehmen höchstens 6 Anrufe und 6 Kontakte pro Tag an.",
    "Vor 2 Jahren haben wir alles gelöscht.",
]


@pytest.mark.promise("N04")
@pytest.mark.parametrize("text", FRENCH_HONEST)
def test_honest_french_text_bothers_nobody(text):
    assert found(text, "fr") == []


@pytest.mark.promise("N04")
@pytest.mark.parametrize("text", GERMAN_HONEST)
def test_honest_german_text_bothers_nobody(text):
    assert found(text, "de") == []


SAID = {
    "fr": (
        "Bienvenue. Nous gardons ta conversation six mois.",
        "Nous gardons ta conversation six mois.",
        "six mois",
        "5 mois",
    ),
    "de": (
        "Willkommen. Wir speichern dein Gespräch sechs Monate.",
        "Wir speichern dein Gespräch sechs Monate.",
        "sechs Monate",
        "5 Monate",
    ),
}


@pytest.mark.django_db
@pytest.mark.promise("N04")
@pytest.mark.parametrize("language", ["fr", "de"])
@pytest.mark.parametrize("where", ["disclaimer", "about", "farewell"])
def test_policy_that_a_text_contradicts_is_refused_with_the_sentence(where, language):
    text, sentence, said, kept = SAID[language]
    owner = {"about": "organisation__", "farewell": ""}.get(where)
    beside = {} if owner is None else {f"{owner}{where}": {language: text}}
    line = LineFactory(organisation__languages=["nl", language], languages=["nl", language], **beside)
    own = {"disclaimer": {"nl": "Welkom.", language: text}} if owner is None else {}
    publication = {"organisation": line.organisation, "line": None, "reason": "The board", "author": None}
    with pytest.raises(PolicyError) as refused:
        service.publish_policy(values={"retention_months": 5, **own}, **publication)
    (problem,) = refused.value.problems
    assert (problem.field, problem.code) == (f"{where}.{language}", "number_not_kept")
    told = policy_words.problem_said(problem)
    assert all(words in told for words in (language.upper(), sentence, said, kept))
    assert service.publish_policy(values={"retention_months": 6, **own}, **publication).number
