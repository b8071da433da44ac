"""Makes fixtures, or checks that making them anew changes nothing.

python -m generate            makes all
python -m generate NAME ...   makes some
python -m generate --check    makes all in memory and names what would change
"""

import sys

from generate.store import changed_fixtures, generators, write_fixtures


def main(arguments: list[str]) -> int:
    """The exit status."""
    if arguments == ["--check"]:
        changed = changed_fixtures()
        for problem in changed:
            print(problem)
        print("Fixtures: " + (f"{len(changed)} problems" if changed else "all as they were made") + ".")
        return 1 if changed else 0
    unknown = [name for name in arguments if name not in generators]
    if unknown:
        print(f"There is no fixture {', '.join(unknown)}. The fixtures are {', '.join(generators)}.")
        return 2
    for name in write_fixtures(arguments or list(generators)):
        print(f"wrote fixtures/{name}")
    return 0


sys.exit(main(sys.argv[1:]))
