"""Inputs that servers often handle wrongly."""

PLAIN = "Please say hello."
UNICODE = "Grüße aus Köln: naïve façade, 東京, Ελλάδα, 🚀👩‍👩‍👧, e\u0301, \u202eabc\u202c, zero\u200bwidth."
LINES = "First line.\nSecond line.\r\nThird.\n\nAfter an empty one.\u2028After a line separator.\x85And a next line."
MARKUP = (
    'data: not an event\n\nevent: x\ndata: {"type": "chunk"}\n: comment\n'
    "<b>&amp;</b> \"quoted\" back\\slash 'single' 100% ${HOME} {{braces}}"
)
LONG = " ".join(f"Sentence number {number} says the same as the one before it." for number in range(60))
SPACES = "  two spaces before, two  within, two behind  "
ALL = {"plain": PLAIN, "unicode": UNICODE, "lines": LINES, "markup": MARKUP, "long": LONG, "spaces": SPACES}
