"""Our scripts and style sheets on their way to a browser: without the comments that only who reads the source needs."""

import re
from itertools import product
from string import ascii_letters

# Whole lines of comment alone: what stands beside code stays, so no string and no expression is ever touched.
COMMENTS = re.compile(r"^[ \t]*(?:/\*(?:(?!\*/).)*\*/|//[^\n]*)[ \t]*\n", re.MULTILINE | re.DOTALL)


def slim(source: str) -> str:
    """The same JavaScript or CSS without its lines of comment; twice is as once.

    A text between backquotes may not have a line that begins like a comment; `tests/chat/test_weight.py` looks at that.
    Source: requirements A12, `ux-goals.md` (6 kB for the button, 60 kB to the first message).
    """
    return COMMENTS.sub("", source)


# Types beside code, and how far a line stands in.
TYPES = re.compile(r"/\*\* @\w+(?:(?!\*/).)* \*/ ?|^[ \t]+", re.MULTILINE)
PRIVATE = re.compile(r"this\.#(\w+)")
SHEET = re.compile(r"`\n[^`]*`")
SPACED = re.compile(r" *([:;,{}]) +")
# Texts, which stay as they are, and the signs of JavaScript that need no space around them. No `+` or `-`: two of them are one.
APART = re.compile(r'("[^"\n]*"|`[^`]*`)| ?(=>|[=!]==|&&|\|\||[=?:,{}();]) ?')


def tight(source: str) -> str:
    """`slim` for what every page of a site loads: without types, indentation and spaces that say nothing.

    Private names become short ones; no colour may be written like one of them (`#add`). A text between backquotes that
    begins on a new line is taken for a style sheet.
    """
    source = TYPES.sub("", slim(source))
    source = SHEET.sub(lambda sheet: SPACED.sub(r"\1", sheet[0]), source)
    source = APART.sub(lambda found: found[1] or found[2], source)
    names = sorted(set(PRIVATE.findall(source)))
    short = dict(zip(names, map("".join, product("_$", ascii_letters)), strict=False))
    return re.sub(r"#(\w+)\b", lambda found: f"#{short.get(found[1], found[1])}", source)
