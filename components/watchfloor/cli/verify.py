"""``watchfloor verify``: compute every model's published reference values anew."""

from typing import Annotated

import typer

from watchfloor.cli.base import app, explained, say

__all__: list[str] = []


@app.command()
@explained
def verify(
    models: Annotated[
        list[str] | None, typer.Argument(help="Names of models and vulnerabilities; default: all.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Only what does not match, and the sum.")] = False,
) -> None:
    """Recompute the published values that hazard models and vulnerabilities must reproduce."""
    from watchfloor.hazards import HAZARDS
    from watchfloor.hazards.reference import verify as recompute
    from watchfloor.impact import VULNERABILITIES

    wrong = total = 0
    for name in models or [*HAZARDS, *VULNERABILITIES]:
        asked = VULNERABILITIES[name] if name in VULNERABILITIES else HAZARDS[name]
        for outcome in recompute(asked.references):
            reference = outcome.reference
            total += 1
            wrong += not outcome.passed
            if quiet and outcome.passed:
                continue
            found = outcome.trouble or ", ".join(f"{value:.6g}" for value in outcome.found)
            mark = "ok" if outcome.passed else "WRONG"
            expected = reference.expected
            listed = [expected] if isinstance(expected, int | float) else list(expected)
            said = ", ".join(f"{value:.6g}" for value in listed)
            unit = f" {reference.units}" if reference.units else ""
            say(f"{mark} {name}: {reference.case}: {found}{unit} (published {said}; {reference.citation})")
    say(f"{total - wrong} of {total} published values are reproduced.")
    if wrong:
        raise typer.Exit(1)
