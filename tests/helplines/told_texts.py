"""French and German sentences as organisations write them, honest ones and others, under the policy of `test_told_numbers`."""

FR_HONEST = """
Le chat est accessible tous les jours de 18 h à 22 h.
Les échanges sont anonymes et gratuits depuis 1998.
Tu peux nous écrire à tout moment ; nous répondons dans les 48 heures.
Notre équipe compte 25 bénévoles formés pendant six mois.
Si la conversation dure plus longtemps, un collègue prend le relais à 22 heures.
Les personnes de plus de 18 ans peuvent demander une conversation avec un psychologue.
Une première conversation, puis deux rendez-vous, et tout reste entre nous.
En cas de danger de mort, appelez le 112 ; nous gardons alors votre conversation ouverte.
Nous ne gardons aucune trace de votre visite, même pas pendant une heure.
Le bénévole peut vous bloquer ; la réponse à votre plainte vient dans les 30 jours.
Notre organisation existe depuis un demi-siècle et vos données restent en Belgique.
Merci pour cette conversation. Prends une minute pour respirer avant de fermer.
Nous gardons votre place pendant deux minutes.
Chaque conversation compte : l'an dernier nous avons eu 12 000 conversations.
Pendant les vacances, du 1er au 15 juillet, le chat ferme une heure plus tôt.
La conversation est finie pour aujourd'hui ; demain nous sommes là dès 9 heures.
Nous gardons votre conversation 12 mois.
Nous gardons votre conversation pendant un an.
Après douze mois, tout est effacé.
Vos messages sont supprimés au bout d’un an.
Votre conversation est conservée {{ retention }}, et une sauvegarde 7 jours.
Les sauvegardes de votre conversation sont conservées 7 jours.
Nous gardons une plainte sur une conversation pendant 2 ans.
Si vous le demandez, nous effaçons votre conversation dans un délai d’un mois.
Le dossier avec vos données est gardé dix ans.
Vos données pour la newsletter sont conservées 3 ans.
Les cookies gardent vos données pendant 6 mois.
Nous conservons les factures et leurs données sept ans.
Les conversations ne sont pas gardées pour toujours. Appelez le 0800 12 345.
Si un jour vous voulez que nous supprimions vos données, écrivez-nous.
Une conversation dure environ une heure.
Une conversation dure 60 minutes.
Une conversation dure quatre quarts d’heure.
Une conversation dure de 45 à 75 minutes.
Une conversation dure entre trente et quarante minutes.
Cinq minutes avant la fin de la conversation, nous te prévenons.
Le chat est ouvert de 9h à 17h et la conversation s’arrête à 17 heures.
Le chat est ouvert de 13h30 à 17h30.
Le chat se termine à 13 heures.
Nous sommes là 24 heures sur 24, 7 jours sur 7.
Nous pouvons bloquer quelqu’un, et nous sommes là 24h sur 24.
Nous pouvons vous bloquer 24 h/24 si vous menacez quelqu’un.
Un blocage dure huit heures.
Un blocage dure 8h.
Qui vient plus de 4 fois par période de 24 heures peut être bloqué.
Vous pouvez contester un blocage dans les 14 jours.
Le chat est pour les jeunes de moins de 25 ans, et nous gardons les conversations.
Tu as 16 ans ? Nous ne gardons pas tes messages pour tes parents.
À partir de 12 ans, tu peux commencer une conversation que nous effaçons ensuite.
Les 12-25 ans parlent ici, et leurs messages sont effacés.
Nous parlons depuis 40 ans avec des jeunes, et nous gardons le secret de chaque conversation.
Il y a deux ans, nous avons effacé tous les messages.
Il y a du monde : revenez dans les 10 minutes.
Vous attendez 10 minutes, puis la conversation commence et se termine quand vous voulez.
Votre conversation est coupée ? Revenez dans les cinq minutes.
La connexion est perdue ? Revenez dans les 5 minutes avec le même nom.
Le conseiller revient dans les 2 minutes.
Nous répondons à votre courriel dans les 3 jours, puis revenez.
Vous pouvez nous parler au plus 4 fois par jour.
Vous pouvez avoir quatre conversations par 24 heures.
Vous pouvez commencer une conversation chaque jour.
Une fois la conversation terminée, vous pouvez revenir chaque jour.
Nos bénévoles répondent au plus à 30 conversations par jour.
Un conseiller a deux conversations en même temps.
Ensemble, nos conseillers ont 30 conversations en même temps.
La conversation s’arrête après vingt minutes de silence.
La conversation s’arrête si vous ne répondez pas pendant 20 minutes.
Nous gardons certaines données, p. ex. Celles d’une plainte, pendant deux ans.
Nous parlons environ 40 fois par jour avec quelqu’un.
Avant la conversation, remplir les questions prend 2 minutes.
Le numéro 107 répond jour et nuit ; un appel dure 10 minutes.
Votre conversation est confidentielle. Tout sur 6 mois d’école se trouve ailleurs.
"""

FR_OTHERWISE = {
    "retention_months": """
Vos échanges sont automatiquement effacés au bout de trois mois.
Nous supprimons toutes les données de votre conversation dans les 30 jours.
Tout ce que vous écrivez est gardé une année et demie.
Nous gardons votre conversation 6 mois.
Nous gardons votre conversation pendant six mois.
Nous conservons vos messages 30 jours.
Nous effaçons votre conversation après deux ans.
Après six mois, votre conversation est effacée.
Vos données sont détruites après un an et demi.
Votre conversation est supprimée au bout de dix-huit mois.
Tout est effacé après vingt-quatre mois.
Vos données sont conservées pendant deux ans et demi.
Votre adresse IP est conservée pendant septante jours.
Vos messages disparaissent après nonante jours.
Vos messages disparaissent après quatre-vingt-dix jours.
Nous gardons vos messages pendant 6 mois.
Nous ne gardons jamais une conversation plus de 2 ans.
Vos données sont conservées max. 6 mois.
Vos données, p. ex. Vos messages, sont gardées 6 mois.
Vos conversations sont gardées env. 6 mois.
Nous supprimons la conversation après un jour.
Le contenu du chat est stocké trois semaines.
""",
    "block_hours": """
Si un bénévole vous bloque, vous ne pouvez pas revenir pendant une journée.
Un blocage dure 24 heures.
Après un blocage de 24 heures, vous pouvez revenir.
Nous pouvons vous bloquer pendant deux jours.
Vous êtes bloqué pendant 24h.
Un blocage dure une heure et demie.
""",
    "soft_minutes": """
La plupart des conversations durent une demi-heure.
Une conversation dure environ trois quarts d’heure.
Une conversation dure une demi-heure.
Une conversation prend 45 min.
Un entretien dure une heure et demie.
La discussion se termine après trente minutes.
Le chat dure un quart d’heure.
""",
    "silent_minutes": """
La conversation s’arrête si vous ne dites rien pendant 10 minutes.
La conversation se termine après dix minutes de silence.
""",
    "rejoin_minutes": """
Revenez dans les dix minutes avec le même nom.
La ligne est coupée ? Vous pouvez reprendre pendant 15 minutes.
""",
    "contact_limit": """
Vous pouvez chatter avec nous deux fois par jour au maximum.
Vous pouvez nous parler au maximum cinq fois par 24 heures.
Vous pouvez avoir au plus 3 conversations par jour.
Tu peux nous parler une fois par jour.
Au plus trois conversations en 24h.
""",
    "capacity": """
Un conseiller a 3 conversations en même temps.
Nos bénévoles mènent trois chats à la fois.
""",
}

DE_HONEST = """
Der Chat ist täglich von 18 bis 22 Uhr erreichbar.
Die Gespräche sind seit 1998 anonym und kostenlos.
Du kannst uns jederzeit schreiben; wir antworten innerhalb von 48 Stunden.
Unser Team hat 25 Freiwillige, die sechs Monate ausgebildet werden.
Menschen über 18 Jahre können ein Gespräch mit einer Psychologin verlangen.
Bei Lebensgefahr rufen Sie 112 an; wir behalten Ihr Gespräch dann offen.
Wir behalten deinen Platz zwei Minuten frei.
Im letzten Jahr hatten wir 12 000 Gespräche.
Eine Beraterin kann Sie sperren; auf Ihre Beschwerde antworten wir in 30 Tagen.
Danke für das Gespräch. Nimm dir eine Minute Zeit, bevor du den Chat schließt.
In den Ferien schließt der Chat eine Stunde früher.
Unsere Daten liegen in Belgien, und das schon ein halbes Jahrhundert.
Das Gespräch ist für heute zu Ende; morgen sind wir ab 9 Uhr wieder da.
Wer ein zweites Mal kommt, bekommt oft jemand anderen.
Sie können an einem Tag so oft kommen, wie Sie wollen.
Wir speichern nichts, auch nicht eine Stunde lang.
Deine Daten bleiben bei uns, solange du 18 Jahre oder jünger bist.
Wir bewahren Ihr Gespräch 12 Monate auf.
Wir bewahren dein Gespräch ein Jahr auf.
Nach zwölf Monaten wird alles gelöscht.
Ihre Nachrichten werden nach einem Jahr gelöscht.
Ihr Gespräch bleibt {{ retention }} gespeichert, und eine Sicherung 7 Tage.
Sicherungskopien Ihres Gesprächs bewahren wir 7 Tage auf.
Eine Beschwerde über ein Gespräch bewahren wir 2 Jahre auf.
Auf Ihren Antrag löschen wir Ihr Gespräch innerhalb eines Monats.
Akten mit Ihren Daten bewahren wir zehn Jahre auf.
Daten für den Newsletter speichern wir 3 Jahre.
Cookies speichern Daten für 6 Monate.
Rechnungen und ihre Daten bewahren wir sieben Jahre auf.
Gespräche werden nicht für immer gespeichert. Rufen Sie 0800 12 345 an.
Ein Gespräch dauert ungefähr eine Stunde.
Ein Gespräch dauert 60 Minuten.
Ein Gespräch dauert zwei halbe Stunden oder 60 Minuten.
Ein Gespräch dauert 45 bis 75 Minuten.
Ein Gespräch dauert zwischen dreißig und vierzig Minuten.
Fünf Minuten vor dem Ende des Gesprächs sagen wir Bescheid.
Der Chat ist von 9 bis 17 Uhr offen, und das Gespräch endet um 17 Uhr.
Der Chat ist von 13.30 bis 17.30 Uhr offen.
Der Chat endet um 13 Uhr.
Wir sind rund um die Uhr da, 24 Stunden am Tag.
Wir können jemanden sperren, und wir sind 24 Stunden am Tag da.
Wir können dich sperren. Der 24-Stunden-Notruf hilft dir dann weiter, auch wenn du gesperrt bist.
Eine Sperre dauert acht Stunden.
Eine achtstündige Sperre ist möglich.
Wer mehr als 4-mal in 24 Stunden kommt, kann gesperrt werden.
Gegen eine Sperre können Sie sich innerhalb von 14 Tagen beschweren.
Der Chat ist für Menschen unter 25 Jahren, und wir löschen die Gespräche.
Du bist 16 Jahre alt? Wir speichern deine Nachrichten nicht für deine Eltern.
Ab 12 Jahren kannst du ein Gespräch beginnen, das wir danach löschen.
Junge Menschen von 12 bis 25 Jahren reden hier, und ihre Nachrichten werden gelöscht.
Wir reden seit 40 Jahren mit jungen Menschen und löschen jedes Gespräch.
Vor zwei Jahren haben wir alle Nachrichten gelöscht.
Wir sind in 10 Minuten zurück.
Es ist viel los: Komm innerhalb von 10 Minuten wieder.
Du wartest 10 Minuten, dann beginnt das Gespräch und endet, wann du willst.
Der Chat öffnet in 10 Minuten wieder.
Ist das Gespräch unterbrochen? Komm innerhalb von fünf Minuten zurück.
Kommen Sie binnen 5 Minuten mit demselben Namen zurück.
Die Beraterin ist innerhalb von 2 Minuten zurück.
Auf Ihre E-Mail antworten wir innerhalb von 3 Tagen, kommen Sie wieder.
Sie können höchstens viermal am Tag mit uns reden.
Sie können 4 Gespräche in 24 Stunden führen.
Sie können jeden Tag ein Gespräch beginnen.
Sie können jeden Tag noch einmal kommen.
Unser Team führt höchstens 30 Gespräche pro Tag.
Eine Beraterin führt zwei Gespräche gleichzeitig.
Zusammen führen unsere Berater 30 Gespräche gleichzeitig.
Das Gespräch endet, wenn Sie zwanzig Minuten nichts schreiben.
Das Gespräch endet nach 20 Minuten Stille.
Daten aus Beschwerden, z. B. Ihre Nachrichten, bewahren wir zwei Jahre auf.
Wir reden rund 40 Mal am Tag mit jemandem.
Vor dem Gespräch stellen wir Fragen, das dauert 2 Minuten.
Die Nummer 107 ist Tag und Nacht da; ein Anruf dauert 10 Minuten.
Ihr Gespräch ist vertraulich. Alles über 6 Monate Schule steht anderswo.
"""

DE_OTHERWISE = {
    "retention_months": """
Deine Chats werden automatisch nach drei Monaten gelöscht.
Alle Gesprächsdaten löschen wir nach spätestens 30 Tagen.
Was du schreibst, speichern wir alles ein halbes Jahr.
Wir bewahren Ihr Gespräch 6 Monate auf.
Wir bewahren dein Gespräch sechs Monate auf.
Wir bewahren dein Gespräch ein halbes Jahr auf.
Nach sechs Monaten ist dein Gespräch weg.
Ihre Nachrichten werden nach 30 Tagen gelöscht.
Ihre Daten werden nach anderthalb Jahren vernichtet.
Ihre Daten werden nach eineinhalb Jahren vernichtet.
Alles wird nach zweieinhalb Jahren gelöscht.
Alles wird nach vierundzwanzig Monaten gelöscht.
Wir speichern Ihre IP-Adresse neunzig Tage.
Wir speichern Ihre Daten max. 6 Monate.
Wir speichern Ihre Daten, z. B. Ihre Nachrichten, 6 Monate.
Wir bewahren Gespräche ca. 6 Monate auf.
Ihre Gespräche werden nie länger als 2 Jahre gespeichert.
Die Chats werden nach drei Wochen gelöscht.
Nach einem Monat werden die Gespräche gelöscht.
Die sechsmonatige Aufbewahrung gilt für alle Gespräche.
Wir löschen Ihr Gespräch nach einem Tag.
""",
    "block_hours": """
Wenn dich jemand sperrt, kannst du einen Tag lang nicht kommen.
Eine Sperre dauert 24 Stunden.
Nach einer Sperre von 24 Stunden können Sie zurückkommen.
Wir können Sie zwei Tage blockieren.
Sie sind bis zu 24 Stunden gesperrt.
Eine 24-Stunden-Sperre ist möglich.
""",
    "soft_minutes": """
Die meisten Gespräche dauern eine halbe Stunde.
Ein Gespräch dauert ungefähr drei Viertelstunden.
Ein Gespräch dauert eine halbe Stunde.
Ein Gespräch dauert 45 Min.
Ein Gespräch dauert anderthalb Stunden.
Der Chat endet nach dreißig Minuten.
Die Gespräche dauern eine Viertelstunde.
Die Gespräche dauern eine Dreiviertelstunde.
""",
    "silent_minutes": """
Das Gespräch endet, wenn Sie 10 Minuten nichts schreiben.
Nach zehn Minuten Stille wird das Gespräch beendet.
""",
    "rejoin_minutes": """
Komm innerhalb von zehn Minuten mit demselben Namen zurück.
Sie können binnen 15 Minuten wieder weiterreden.
""",
    "contact_limit": """
Du kannst maximal zweimal täglich mit uns chatten.
Sie können höchstens fünfmal in 24 Stunden mit uns reden.
Sie können höchstens 3 Gespräche pro Tag führen.
Du kannst einmal am Tag mit uns reden.
Maximal drei Chats pro 24 Stunden.
""",
    "capacity": """
Ein Berater führt 3 Gespräche gleichzeitig.
Unsere Ehrenamtlichen führen drei Chats zugleich.
""",
}


def lines(texts):
    return texts.strip().splitlines()


def otherwise(by_field):
    return [(text, field) for field, texts in by_field.items() for text in lines(texts)]
