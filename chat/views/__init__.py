"""The pages of the talk: for visitors, for counsellors, and what an organisation's site loads from us."""
