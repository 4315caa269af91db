"""What a model of a hazard is: declared inputs, parameters, uncertainty and outputs, and one run."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
import param
import xarray as xr

from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.core.provenance import digest
from watchfloor.hazards.action import Action, Measure, Patch
from watchfloor.hazards.progress import Progress
from watchfloor.hazards.reference import Reference
from watchfloor.hazards.site import lasting
from watchfloor.hazards.spec import Gives, Needs
from watchfloor.hazards.streams import Streams

__all__ = ["FIDELITIES", "Fidelity", "Hazard", "Prepared"]

Fidelity = Literal["preview", "standard", "full"]
FIDELITIES: tuple[Fidelity, ...] = ("preview", "standard", "full")
"""Preview answers a slider in under a second, on a coarser grid with few members; full is what decides."""


@dataclass(frozen=True)
class Prepared:
    """What all members of an ensemble share: checked, converted, read-only.

    Parameters
    ----------
    site
        The place, with all static inputs in the fields' units, on the grid of the run.
    forcing
        What drives the run, with all forcing inputs in the fields' units.
    until
        Length of the run, in seconds.
    arrays
        Whatever else the model derived, by name; never written to afterwards.
    remarks
        Sentences about what was mended or assumed, shown with the result.
    """

    site: xr.Dataset
    forcing: xr.Dataset
    until: float
    arrays: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lasting(self.until)


class Hazard(param.Parameterized):
    """One model of a hazard.

    A subclass is one file, or one folder, of `watchfloor.hazards`: first pure functions on arrays, with their
    source; then the class, whose `param` parameters (with bounds, units in the doc, and doc) make the form. An
    instance is a configured model and is never changed by a run. (Parameterized has a metaclass of its own, so that a
    missing method is found by the test of all models, not by Python.)
    """

    kind: ClassVar[str]
    """A name of `core.kinds`."""
    title: ClassVar[Mapping[str, str]]
    """In ``en`` and ``zh``."""
    version: ClassVar[str] = "1"
    """Changes whenever the same input would give another result."""
    needs: ClassVar[tuple[Needs, ...]]
    gives: ClassVar[tuple[Gives, ...]]
    measures: ClassVar[tuple[Measure, ...]] = ()
    """Interventions that it understands."""
    accepts: ClassVar[frozenset[str]] = frozenset()
    """Targets of the patches that it understands; exposure patches are not the model's."""
    validity: ClassVar[Mapping[str, str]]
    """When not to trust it, in ``en`` and ``zh``; shown wherever results are shown."""
    references: ClassVar[tuple[Reference, ...]] = ()
    """At least five published values."""
    sources: ClassVar[tuple[str, ...]] = ()
    """Documents and DOIs of its equations."""
    steppable: ClassVar[bool] = False
    """Whether it can be held and gone on with from a changed state (`start`, `advance`, `observe`).

    No model does so yet: what is measured while an event goes on weighs the members instead
    (`hazards.ensemble.weigh`), which asks nothing of a model. A fire's front, which is a queue of arrivals and no field that
    could be shifted, is begun anew from a mapped perimeter (``burned``).
    """

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        # bounds let NaN through, as it is neither below nor above them
        for name, value in self.settings.items():
            if isinstance(value, float) and not np.isfinite(value):
                raise InvalidInputError(
                    f"The parameter {name} of {type(self).__name__} is {value}; expected a number."
                )

    @classmethod
    @abstractmethod
    def example(cls) -> tuple[xr.Dataset, xr.Dataset, float]:
        """Return a small site, a forcing and a length in seconds: for tests, model cards and to warm the kernels.

        It runs in well under a second, and something happens in it.
        """

    @abstractmethod
    def prepare(
        self, site: xr.Dataset, forcing: xr.Dataset, *, until: float, fidelity: Fidelity = "standard"
    ) -> Prepared:
        """Check, convert and derive what all members share.

        Parameters
        ----------
        site
            Static inputs. Grids have dims ``(y, x)``, metres in a projected system named by the attribute ``crs``
            (see `hazards.site`); networks have ``node``, populations ``region``, instruments ``station``.
        forcing
            Forcing inputs; ``time`` is in seconds since the run's start.
        until
            Length of the run, in seconds.
        fidelity
            How finely.

        Raises
        ------
        InvalidInputError
            If an input is missing, of another unit, out of range or cannot be stable; it says what to do.
        """

    @abstractmethod
    def sample(self, streams: Streams) -> dict[str, Any]:
        """Draw what is uncertain; the control (``streams.control``) gets the central values."""

    @abstractmethod
    def run(
        self,
        prepared: Prepared,
        theta: Mapping[str, Any],
        patches: Sequence[Patch] = (),
        *,
        progress: Progress | None = None,
        times: bool = False,
    ) -> xr.Dataset:
        """Run one member; the same input gives the same bits.

        Parameters
        ----------
        prepared
            As `prepare` returned it.
        theta
            As `sample` drew it.
        patches
            What interventions change.
        progress
            Told at least ten times a second; it raises `Cancelled` to stop.
        times
            Whether outputs with a ``time`` dimension are wanted too (the control and a few members).

        Returns
        -------
        xarray.Dataset
            Variables named as in `gives`, float32, no NaN but where the site has none (outside of its mask), with
            the attribute ``balance_error`` (relative, of what must be conserved) where there is such a balance.
        """

    def patches(self, actions: Sequence[Action], streams: Streams) -> tuple[Patch, ...]:
        """Compile actions to patches; an action that fails in this member gives none.

        Raises
        ------
        UnknownNameError
            If the model does not understand a measure.
        """
        known = {measure.name: measure for measure in self.measures}
        found: list[Patch] = []
        for number, action in enumerate(actions):
            if action.measure not in known:
                raise UnknownNameError("measure", action.measure, known)
            works = streams(f"reliability.{action.measure}.{number}").random() < action.reliability
            if works or streams.control:
                found.extend(known[action.measure].compile(action))
        strange = {patch.target for patch in found if patch.kind != "exposure"} - self.accepts
        if strange:
            raise InvalidInputError(
                f"{type(self).__name__} does not understand changes of {', '.join(sorted(strange))}; "
                f"it understands {', '.join(sorted(self.accepts)) or 'none'}."
            )
        return tuple(found)

    def result(
        self, found: Mapping[str, Any], coords: Mapping[str, Any], attrs: Mapping[Any, Any], **more: Any
    ) -> xr.Dataset:
        """Make the dataset that `run` returns: types, units and names as declared.

        Parameters
        ----------
        found
            Arrays by field, of those in `gives`.
        coords
            Coordinates of the dims.
        attrs
            Of the site; what is told of this run besides comes as `more`, such as ``balance_error``.
        """
        # plain triples: arrays that know their coordinates would be aligned with each other, which takes a millisecond
        made = {
            item.field: (
                item.dims,
                np.asarray(found[item.field], np.float32),
                {
                    "units": item.spec.units,
                    "long_name": item.spec.en,
                    **({"standard_name": item.spec.standard_name} if item.spec.standard_name else {}),
                    **({"cell_methods": item.cell_methods} if item.cell_methods else {}),
                },
            )
            for item in self.gives
            if item.field in found
        }
        return xr.Dataset(made, coords=dict(coords), attrs={**attrs, **more})

    @property
    def settings(self) -> dict[str, Any]:
        """The parameters' values, for forms and provenance."""
        return {key: value for key, value in self.param.values().items() if key != "name"}

    @property
    def key(self) -> str:
        """SHA-256 of model, version and parameters."""
        plain = {key: list(v) if isinstance(v, tuple) else v for key, v in self.settings.items()}
        return digest([type(self).__module__, type(self).__name__, self.version, plain])

    def simulate(
        self,
        site: xr.Dataset,
        forcing: xr.Dataset | None = None,
        actions: Sequence[Action] = (),
        members: int = 1,
        seed: int = 0,
        *,
        until: float,
        fidelity: Fidelity = "standard",
        progress: Progress | None = None,
    ) -> xr.Dataset:
        """Run an ensemble in this thread; `hazards.ensemble` runs larger ones on many.

        Returns
        -------
        xarray.Dataset
            As `run`, with a first dimension ``member``.
        """
        prepared = self.prepare(
            site, forcing if forcing is not None else xr.Dataset(), until=until, fidelity=fidelity
        )
        runs = []
        for member in range(members):
            streams = Streams(seed, member)
            done = member / members
            told = None if progress is None else _Part(progress, done, 1.0 / members)
            runs.append(
                self.run(prepared, self.sample(streams), self.patches(actions, streams), progress=told)
            )
        return xr.concat(
            runs, xr.DataArray(np.arange(members), dims="member", name="member"), combine_attrs="override"
        )


class _Part(Progress):
    """The progress of one of several runs."""

    def __init__(self, whole: Progress, done: float, share: float) -> None:
        super().__init__()
        self._whole, self._done, self._share = whole, done, share

    def at(self, done: float) -> None:
        self._whole.at(self._done + done * self._share)
