#!/usr/bin/env python3
"""Toeverlaat's command line: `python manage.py help` lists what it can do."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == ["demo"] and not {"-h", "--help"} & set(sys.argv):
        from config.demo.surroundings import set_up_or_exit

        _lock = set_up_or_exit(sys.argv[2:])  # held until the process ends
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
