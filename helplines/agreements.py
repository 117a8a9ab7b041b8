"""The confidentiality agreement that a new organisation starts with; it puts its own words in a next version (J01)."""

FIRST_AGREEMENT = {
    "nl": (
        "Wat ik in mijn werk hoor of lees, blijft tussen de bezoeker, mij en de collega's die ermee moeten werken.\n"
        "Ik zoek niet op wie een bezoeker is. Ik bewaar niets buiten dit programma.\n"
        "Ik laat niemand anders met mijn account werken.\n"
        "Dit blijft zo als ik hier niet meer werk."
    ),
    "en": (
        "What I hear or read in my work stays between the visitor, me and the colleagues who need it for their work.\n"
        "I do not look up who a visitor is. I keep nothing outside this program.\n"
        "I let nobody else work with my account.\n"
        "This stays so when I no longer work here."
    ),
}
