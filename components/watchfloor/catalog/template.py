"""What may stand between braces in a catalog: parameters, the catalog's folder, allowed environment names.

Intake's own templates import functions and read any environment variable; they are never run.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from watchfloor.catalog.problems import suggest
from watchfloor.core.errors import InvalidInputError, UnsafeError

__all__ = ["FOLDER", "Parameter", "check_text", "data_name", "fill", "names_in", "texts", "variable"]

FOLDER = "CATALOG_DIR"
_BRACES = re.compile(r"\{([^{}]*)\}")
_DATA = re.compile(r"\{data\(([^(){}]+)\)\}")
_ENV = re.compile(r"env\(([A-Za-z_][A-Za-z0-9_]*)\)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}


@dataclass(frozen=True)
class Parameter:
    """A named value that a reader of the catalog may change.

    Parameters
    ----------
    name
        As it stands between braces.
    default
        Value without a caller's; ``env(NAME)`` for an environment variable.
    dtype
        ``str``, ``int``, ``float`` or ``bool``.
    options
        The only values allowed; empty for any.
    low, high
        Bounds of a number, inclusive.
    description
        What it does.

    Examples
    --------
    >>> Parameter("STATION", "G1", options=("G1", "G2")).coerce("G2")
    'G2'
    """

    name: str
    default: Any
    dtype: str = "str"
    options: tuple[Any, ...] = ()
    low: float | None = None
    high: float | None = None
    description: str = ""

    @property
    def variable(self) -> str | None:
        """Name of the environment variable that the default comes from."""
        match = _ENV.fullmatch(self.default.strip("{}")) if isinstance(self.default, str) else None
        return match[1] if match else None

    def coerce(self, value: Any) -> Any:
        """Return a value as the parameter's type, if it is allowed."""
        wanted = _TYPES[self.dtype]
        try:
            if wanted is bool and isinstance(value, str):
                out: Any = {"true": True, "false": False}[value.casefold()]
            elif isinstance(value, bool) and wanted is not bool:
                raise ValueError
            else:
                out = wanted(value)
        except (ValueError, TypeError, KeyError) as error:
            raise InvalidInputError(f"{self.name}={value!r} is not a {self.dtype}.") from error
        if self.options and out not in self.options:
            known = [str(option) for option in self.options]
            raise InvalidInputError(
                f"{self.name}={value!r} is not one of {', '.join(known)}{suggest(value, known)}"
            )
        if (self.low is not None and out < self.low) or (self.high is not None and out > self.high):
            raise InvalidInputError(f"{self.name}={value!r} is outside {self.low} to {self.high}.")
        return out


def texts(value: Any, where: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield every text below a value, keys of mappings too, with the path to it."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if isinstance(key, str):
                yield (*where, key), key
            yield from texts(item, (*where, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from texts(item, (*where, index))


def names_in(text: str) -> list[str]:
    """Return what stands between braces in a text."""
    return _BRACES.findall(text)


def data_name(text: Any) -> str | None:
    """Return the name in ``{data(name)}``; None if the text is something else."""
    match = _DATA.fullmatch(text) if isinstance(text, str) else None
    return match[1] if match else None


def check_text(text: str, parameters: Mapping[str, Parameter], environment: frozenset[str]) -> str | None:
    """Say why a text may not stand in a catalog, or None if it may."""
    rest = _BRACES.sub("", text)
    if "{" in rest or "}" in rest:
        return f"{text[:80]!r} has braces that do not pair"
    if text.startswith("data("):
        return f"{text[:80]!r}: write {{data(name)}}, and only as the reader's data"
    for name in names_in(text):
        if name == FOLDER or name in parameters:
            continue
        match = _ENV.fullmatch(name)
        if match and match[1] in environment:
            continue
        if match:
            return f"the environment variable {match[1]!r} is not allowed; the operator's settings name the allowed ones"
        if _NAME.fullmatch(name):
            return f"there is no parameter {name!r}{suggest(name, [*parameters, FOLDER])}"
        return (
            f"{{{name[:60]}}} is refused; only {{data(name)}}, {{{FOLDER}}}, {{env(NAME)}} "
            "and named parameters may stand between braces"
        )
    return None


def fill(value: Any, values: Mapping[str, Any], environment: frozenset[str]) -> Any:
    """Put values in the place of names between braces.

    A text that is one name only becomes the value itself, with its type.

    Examples
    --------
    >>> fill({"url": "{CATALOG_DIR}/{DAY}.csv", "n": "{N}"}, {"CATALOG_DIR": "/c", "DAY": "mon", "N": 3}, frozenset())
    {'url': '/c/mon.csv', 'n': 3}
    """
    if isinstance(value, str):
        found = names_in(value)
        if len(found) == 1 and value == f"{{{found[0]}}}":
            return _value(found[0], values, environment)
        return _BRACES.sub(lambda match: str(_value(match[1], values, environment)), value)
    if isinstance(value, Mapping):
        return {key: fill(item, values, environment) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [fill(item, values, environment) for item in value]
    return value


def _value(name: str, values: Mapping[str, Any], environment: frozenset[str]) -> Any:
    match = _ENV.fullmatch(name)
    if match:
        return variable(match[1], environment)
    if name not in values:
        raise InvalidInputError(f"There is no parameter {name!r}{suggest(name, values)}")
    return values[name]


def variable(name: str, environment: frozenset[str]) -> str:
    """Return an environment variable that is allowed and set."""
    if name not in environment:
        raise UnsafeError(f"The environment variable {name!r} is not allowed for catalogs.")
    found = os.environ.get(name)
    if found is None:
        raise InvalidInputError(f"The environment variable {name!r} is not set.")
    return found
