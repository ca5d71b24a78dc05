"""Text of tasks made safe to print: titles and results come from anywhere, and a terminal obeys what it reads."""

from __future__ import annotations

import re

# Control characters (escape sequences begin with one), the bidirectional and invisible ones with which a text can be
# shown as another, line separators, and lone surrogates, which cannot be encoded. Joiners stay: emoji need them.
_HARMFUL = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f"
)
_UNSAFE = re.compile(f"[{_HARMFUL}]")
_SPACE = re.compile(r"[ \t\r\n\v\f\x85\u2028\u2029]+")
REPLACEMENT = "\ufffd"


def block(text: str) -> str:
    """Return a text of several lines with all that a terminal would obey replaced by `\ufffd`."""
    return _UNSAFE.sub(REPLACEMENT, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """Return a text as one line: white space becomes one space, all else that a terminal would obey `\ufffd`."""
    return _UNSAFE.sub(REPLACEMENT, _SPACE.sub(" ", text)).strip()


def escaped_json(text: str) -> str:
    """Return JSON in which the characters that a terminal would obey are escaped; its value stays the same."""
    return _UNSAFE.sub(lambda match: _escape(match[0]), text)


def _escape(character: str) -> str:
    encoded = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{encoded[at : at + 2].hex()}" for at in range(0, len(encoded), 2))
