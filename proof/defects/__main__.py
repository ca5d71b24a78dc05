"""`python -m proof.defects`: the mock's command line, with options that put defects into it."""

import sys
from textwrap import indent

from proof.defects import CATALOGUE, UnknownDefect, with_defects
from xpander_mock import Parts, main
from xpander_mock.cli import PROGRAM, Parser


def _options() -> Parser:
    parser = Parser(prog=PROGRAM, add_help=False, allow_abbrev=False)
    group = parser.add_argument_group("defects", "named bugs, which prove that tests would notice them")
    group.add_argument("--defect", action="append", default=[], metavar="NAME", help="put this one in; repeatable")
    group.add_argument("--list-defects", action="store_true", default=False, help="explain all of them, and exit")
    return parser


def _explain() -> str:
    return "\n".join(
        f"{defect.name} ({defect.claim}; {', '.join(defect.operations)})\n{indent(defect.explanation, '    ')}"
        for defect in CATALOGUE.values()
    )


def _run() -> int:
    parser = _options()
    options, rest = parser.parse_known_args()
    if options.list_defects:
        print(_explain())
        return 0
    try:
        parts = with_defects(Parts(), options.defect)
    except UnknownDefect as error:
        parser.error(str(error))
    return main(rest, parts, parser)


sys.exit(_run())
