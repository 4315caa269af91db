"""YAML into plain data, safely, with the line and column of every value.

Only the types of JSON and dates are made. Size, depth, and the number of values after aliases are expanded are
capped before anything is built; duplicate keys and every other tag are refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from watchfloor.core.errors import InvalidInputError, LimitError, UnsafeError

__all__ = ["Document", "Limits", "read_document"]

Key: TypeAlias = str | int
Where: TypeAlias = tuple[Key, ...]
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_SCALARS = {_TAG + name for name in ("str", "int", "float", "bool", "null", "timestamp")}
_MERGE = _TAG + "merge"


@dataclass(frozen=True)
class Limits:
    """How much one catalog file may hold.

    Parameters
    ----------
    size
        Bytes of the file.
    depth
        Levels of nesting.
    values
        Values, counted after aliases are expanded.
    """

    size: int = 1024 * 1024
    depth: int = 24
    values: int = 100_000


@dataclass
class Document:
    """A YAML file as plain data.

    Parameters
    ----------
    path
        The file.
    data
        What it says, in JSON's types and dates.
    values, keys
        Line and column, from 1, of the value and of the key at a path of keys.
    """

    path: Path
    data: Any = None
    values: dict[Where, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Where, tuple[int, int]] = field(default_factory=dict)

    def at(self, where: Where, *, key: bool = False) -> tuple[int, int]:
        """Return the line and column of a value or a key, or of the nearest one above it."""
        first, second = (self.keys, self.values) if key else (self.values, self.keys)
        while where:
            for table in (first, second):
                if where in table:
                    return table[where]
            where = where[:-1]
        return self.values.get((), (1, 1))


def read_document(path: Path, limits: Limits | None = None) -> Document:
    r"""Read a YAML file.

    Raises
    ------
    InvalidInputError
        If it cannot be read as YAML, is not UTF-8, or has a key twice.
    LimitError
        If it is too large, too deep, or expands to too many values.
    UnsafeError
        If a tag asks for something else than plain data.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "a.yml"
    ...     _ = file.write_text("a: 1\nb: {c: [x, y]}\n")
    ...     found = read_document(file)
    >>> found.data, found.at(("b", "c", 1))
    ({'a': 1, 'b': {'c': ['x', 'y']}}, (2, 12))
    """
    limits = limits or Limits()
    try:
        with path.open("rb") as file:
            raw = file.read(limits.size + 1)
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror or error}.") from error
    if len(raw) > limits.size:
        raise LimitError(f"{path} is larger than {limits.size:,} bytes; split it into themes.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{path} is not UTF-8 at byte {error.start}.") from error
    document = Document(path)
    try:
        _measure(path, text, limits)
        loader = _LOADER(text)
        try:
            node = loader.get_single_node()
            if node is not None:
                document.data = _Builder(document, loader, limits).build(node, ())
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        said = getattr(error, "problem", None) or str(error)
        raise InvalidInputError(f"{path}{place}: this is not YAML: {said}.") from error
    return document


def _measure(path: Path, text: str, limits: Limits) -> None:
    """Check depth and the number of events before nodes are made (making them recurses)."""
    depth = 0
    for count, event in enumerate(_events(text)):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > limits.depth:
            line = getattr(event.start_mark, "line", 0) + 1
            raise LimitError(f"{path}:{line}: nested more than {limits.depth} deep.")
        if count > 4 * limits.values:
            raise LimitError(f"{path} holds more than {limits.values:,} values.")


def _events(text: str) -> Iterator[yaml.Event]:
    yield from yaml.parse(text, Loader=_LOADER)


class _Builder:
    """Make plain data of nodes, noting where each value stands."""

    def __init__(self, document: Document, loader: Any, limits: Limits) -> None:
        self._document, self._loader, self._limits = document, loader, limits
        self._count = 0

    def build(self, node: yaml.Node, where: Where) -> Any:
        self._count += 1
        if self._count > self._limits.values or len(where) > self._limits.depth:
            raise LimitError(
                f"{self._place(node)}: aliases expand this file beyond {self._limits.values:,} values "
                f"or {self._limits.depth} levels."
            )
        self._document.values[where] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
            return self._mapping(node, where)
        if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
            return [self.build(item, (*where, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and node.tag in _SCALARS:
            try:
                return self._loader.construct_object(node)
            except ValueError as error:
                raise InvalidInputError(f"{self._place(node)}: {node.value[:40]!r}: {error}.") from error
        raise UnsafeError(
            f"{self._place(node)}: the tag {node.tag.replace(_TAG, '!!')!r} is refused; "
            "a catalog holds plain text, numbers, lists and mappings only."
        )

    def _mapping(self, node: yaml.MappingNode, where: Where) -> dict[Any, Any]:
        out: dict[Any, Any] = {}
        merged: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                for part in value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]:
                    found = self.build(part, where)
                    if not isinstance(found, dict):
                        raise InvalidInputError(f"{self._place(key_node)}: << merges mappings only.")
                    merged = found | merged
                continue
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag not in _SCALARS:
                raise InvalidInputError(f"{self._place(key_node)}: a key must be plain text or a number.")
            key = self._loader.construct_object(key_node)
            if key in out:
                raise InvalidInputError(f"{self._place(key_node)}: the key {key!r} is given twice.")
            self._document.keys[*where, key] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            out[key] = self.build(value_node, (*where, key))
        return merged | out if merged else out

    def _place(self, node: yaml.Node) -> str:
        return f"{self._document.path}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"
