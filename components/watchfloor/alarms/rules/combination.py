"""Combination: all, any, or none of other rules hold at the same place."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from watchfloor.alarms.rules.base import Rule

__all__ = ["CombinationRule"]

_DEEPEST = 6
Condition: TypeAlias = str | dict[str, Any]


def _condition(value: Any, depth: int = 0) -> Any:
    """Check the shape of a condition: a rule's id, or one of all, any, not."""
    if isinstance(value, str) and value:
        return value
    if depth > _DEEPEST:
        raise ValueError(f"conditions are nested more than {_DEEPEST} deep.")
    if isinstance(value, Mapping) and len(value) == 1:
        word, inner = next(iter(value.items()))
        if word in {"all", "any"} and isinstance(inner, list) and 1 <= len(inner) <= 50:
            return {word: [_condition(item, depth + 1) for item in inner]}
        if word == "not":
            return {word: _condition(inner, depth + 1)}
    raise ValueError(
        f"{str(value)[:60]!r} is no condition; expected the id of a rule, `all: [...]`, `any: [...]` or `not: ...`."
    )


class CombinationRule(Rule):
    """Other rules together.

    The level is the mildest of ``all``, the worst of ``any``; ``not`` holds while its part is at no level. Delays and
    dead-bands are those of the parts.

    Parameters
    ----------
    when
        A rule's id, ``{all: […]}``, ``{any: […]}`` or ``{not: …}``, nested.
    by
        What the parts must share: ``series``; ``floor``, where it is enough that they hold anywhere; or an attribute
        of the series, such as ``station`` or ``basin``.

    Examples
    --------
    >>> rule = CombinationRule(kind="combination", title="Flash flood", by="basin", when={"all": ["rain", {"not": "frost"}]})
    >>> sorted(rule.parts)
    ['frost', 'rain']
    """

    takes_own: ClassVar[bool] = True
    kind: Literal["combination"]
    when: Annotated[Condition, BeforeValidator(_condition)]
    by: str = Field("series", min_length=1, max_length=60)

    @model_validator(mode="after")
    def _plain(self) -> "CombinationRule":
        for name in ("on_after", "off_after", "deadband"):
            if name in self.model_fields_set:
                raise ValueError(
                    f"`{name}` belongs to the rules that are combined, not to their combination."
                )
        return self

    @property
    def parts(self) -> set[str]:
        """The ids of the rules that it rests on."""
        return set(_ids(self.when))


def _ids(condition: Condition) -> Iterator[str]:
    if isinstance(condition, str):
        yield condition
        return
    for inner in condition.values():
        for item in inner if isinstance(inner, list) else [inner]:
            yield from _ids(item)
