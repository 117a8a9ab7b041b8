"""The admin for administrators of an organisation: each module registers its pages with the site."""

from helplines.admin import invitations, lines, organisation, people, policies, replies, times

__all__ = ["invitations", "lines", "organisation", "people", "policies", "replies", "times"]
