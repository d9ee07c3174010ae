#!/usr/bin/env python3
"""Writes Debian's changelog from CHANGELOG.md: changelog.py CHANGELOG.md VERSION EPOCH MAINTAINER

What is not released yet is VERSION's; released versions keep their dates.
"""

import re
import sys
import textwrap
from datetime import datetime, timezone
from email.utils import format_datetime
from pathlib import Path


def entry(version, when, maintainer, body):
    print(f"hall-kiosk ({version}) bookworm; urgency=medium\n")
    for line in body.splitlines():
        if line.startswith("### "):
            print(f"  [ {line[4:]} ]")
        elif line.startswith("- "):
            print(textwrap.fill(line[2:], 78, initial_indent="  * ", subsequent_indent="    ", break_long_words=False))
        elif line.strip():
            print(textwrap.fill(line, 78, initial_indent="    ", subsequent_indent="    ", break_long_words=False))
    print(f"\n -- {maintainer}  {format_datetime(when)}\n")


def main():
    text, version, epoch, maintainer = Path(sys.argv[1]).read_text(encoding="utf-8"), *sys.argv[2:5]
    parts = re.split(r"^## (.*)$", text, flags=re.MULTILINE)[1:]
    told = False
    for title, body in zip(parts[::2], parts[1::2]):
        if title == "Unreleased":
            entry(version, datetime.fromtimestamp(int(epoch), timezone.utc), maintainer, body)
            told = True
            continue
        number, day = title.split(", ")
        if not told:
            told = True
            number = version
        entry(number, datetime.fromisoformat(day + "T00:00:00+00:00"), maintainer, body)


main()
