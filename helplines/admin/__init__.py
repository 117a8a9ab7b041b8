"""The admin for administrators of an organisation: each module registers its pages with the site."""

from helplines.admin import lines, organisation, people, policies, replies, times

__all__ = ["lines", "organisation", "people", "policies", "replies", "times"]
