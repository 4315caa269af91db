"""What a part of the screen shows, sent to the browser as one string."""

import json
import logging
from typing import Any

import param
from panel.custom import JSComponent

__all__ = ["State", "Told", "written"]

log = logging.getLogger(__name__)


class State(param.Dict):
    """What a part shows, in JSON's types; `Told` sends it as one string.

    A string is taken as it is, where Bokeh would look through every row of a dict for models, old and new, and write
    each of them value by value: for each open page anew.

    Examples
    --------
    >>> State({}).default
    {}
    """


def written(state: dict[str, Any]) -> str:
    """Return a state as the one string.

    Raises
    ------
    ValueError
        If a number in it is none that JSON has.

    Examples
    --------
    >>> written({"rows": [1]})
    '{"rows":[1]}'
    """
    return json.dumps(state, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class Told(JSComponent):
    """A part whose parameter `state` is a `State`: its module reads it by ``JSON.parse``.

    Examples
    --------
    >>> class Sign(Told):
    ...     state = State({})
    ...     _esm = "export function render() {}"
    >>> Sign(state={"rows": [1]}).get_root().data.state
    '{"rows":[1]}'
    """

    __abstract = True

    _blank = ""

    def repeat(self) -> None:
        """Send what is shown again, because the browser may show something else by now (see `views.situation.live`)."""
        self._blank = " " if not self._blank else ""  # a text that is the same is not sent
        self.param.trigger("state")

    def _process_param_change(self, params: dict[str, Any]) -> dict[str, Any]:
        changed: dict[str, Any] = super()._process_param_change(params)
        if isinstance(changed.get("state"), dict):
            try:
                changed["state"] = written(changed["state"]) + self._blank
            except ValueError:
                log.debug("a state with numbers that JSON lacks goes as Bokeh writes it")
        return changed

    @classmethod
    def _patch_datamodel_ref(cls, props: Any, ref: str) -> None:
        """Mark the data of this part only: there are no others inside to look for."""
        mark = f"__ref:{ref}"
        if mark not in props.tags:
            props.tags.append(mark)
