"""A catalog: datasets by name, nested by theme, from YAML that is checked before anything of it is used."""

import html
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from watchfloor.catalog.document import Document, read_document
from watchfloor.catalog.entry import Entry
from watchfloor.catalog.floorplan import FloorBlock
from watchfloor.catalog.legacy import is_legacy, translate
from watchfloor.catalog.locations import inside, local
from watchfloor.catalog.plan import Ground
from watchfloor.catalog.policy import Policy
from watchfloor.catalog.problems import Problem
from watchfloor.catalog.remote import Copies
from watchfloor.catalog.schema import Nested, Sheet, read_sheet
from watchfloor.catalog.template import FOLDER, Parameter, fill
from watchfloor.catalog.themes import theme_path
from watchfloor.catalog.trusted import broken, foreign, load
from watchfloor.core.clock import Clock, LiveClock
from watchfloor.core.errors import CatalogError, LimitError, UnknownNameError, WatchfloorError
from watchfloor.core.share import folder as share

__all__ = ["Catalog", "open_catalog"]

_LEVELS = 4


def open_catalog(
    path: str | Path,
    *,
    store: Any = None,
    clock: Clock | None = None,
    policy: Policy | None = None,
    strict: bool = False,
) -> "Catalog":
    """Open a catalog without running anything of it.

    Parameters
    ----------
    path
        A catalog file, or a folder with ``catalog.yml``.
    store
        What live entries read; without it they can be listed, not read.
    clock
        The floor's clock.
    policy
        What the catalog may do; by default it reads below its own folder and the product's.
    strict
        Raise if anything is wrong, instead of collecting it in `Catalog.problems`.

    Raises
    ------
    CatalogError
        If the file cannot be used at all, or, when strict, if anything is wrong with it.

    Examples
    --------
    >>> catalog = open_catalog(share("catalogs") / "world")
    >>> "live/alerts" in catalog, catalog.floor.status.value
    (True, 'Actual')
    """
    file = Path(path)
    if file.is_dir():
        file = file / "catalog.yml"
    file = file.resolve()
    policy = policy or Policy()
    roots = dict.fromkeys([file.parent, *(share(name).resolve() for name in ("catalogs", "data_samples"))])
    roots |= dict.fromkeys(root.resolve() for root in policy.roots)
    ground = Ground(policy, tuple(roots), clock or LiveClock(), Copies(policy), store)
    loader = _Loader(ground)
    loader.load(file, "", {})
    found = Catalog(file, loader.entries, loader.first, loader.problems, ground)
    if strict and loader.problems:
        raise CatalogError(
            f"{len(loader.problems)} things are wrong with {file}:\n" + "\n".join(map(str, loader.problems))
        )
    return found


class _Loader:
    """Read a catalog file and those nested in it."""

    def __init__(self, ground: Ground) -> None:
        self.entries: dict[str, Entry] = {}
        self.problems: list[Problem] = []
        self.first: Sheet | None = None
        self._ground = ground
        self._trail: list[Path] = []
        self._files = 0

    def load(self, file: Path, prefix: str, inherited: Mapping[str, Parameter]) -> None:
        self._files += 1
        if self._files > self._ground.policy.files:
            raise LimitError(f"A catalog is nested over more than {self._ground.policy.files} files.")
        document = read_document(file, self._ground.policy.limits)
        sheet = self._sheet(document, inherited)
        if self.first is None:
            self.first = sheet
        self.problems += [problem for problem in sheet.problems if problem not in self.problems]
        for definition in sheet.definitions:
            self.entries[prefix + definition.name] = Entry(prefix + definition.name, definition, self._ground)
        self._trail.append(file)
        for nested in sheet.nested:
            try:
                self._nest(nested, prefix, sheet)
            except WatchfloorError as error:
                place, line, column = nested.place
                self.problems.append(
                    Problem(place, line, column, f"entries.{nested.name}", str(error), unsafe=True)
                )
        self._trail.pop()

    def _sheet(self, document: Document, inherited: Mapping[str, Parameter]) -> Sheet:
        if not is_legacy(document.data):
            return read_sheet(document, self._ground.policy, inherited)
        translated, problems = translate(document)
        sheet = read_sheet(translated, self._ground.policy, inherited)
        sheet.problems[:0] = problems
        return sheet

    def _nest(self, nested: Nested, prefix: str, sheet: Sheet) -> None:
        if len(self._trail) > _LEVELS:
            raise LimitError(f"Themes are nested more than {_LEVELS} deep.")
        parent = sheet.document.path.parent
        if nested.theme:
            file = theme_path(nested.theme)
        else:
            defaults = {name: item.default for name, item in sheet.parameters.items()}
            url = fill(nested.url, {FOLDER: str(parent)} | defaults, self._ground.policy.environment)
            file = local(url, parent, self._ground.roots)[0]
        file = inside(file, self._ground.roots)
        if file in self._trail:
            raise CatalogError(f"{file} is nested in itself.")
        self.load(file, f"{prefix}{nested.name}/", sheet.parameters)


class Catalog(Mapping[str, Entry]):
    """Datasets by name (``theme/name``).

    Parameters
    ----------
    path
        Its first file.
    entries
        By name.
    sheet
        What its first file holds.
    problems
        What is wrong with its files.
    ground
        What its entries share.

    Examples
    --------
    >>> catalog = open_catalog(share("catalogs") / "world")
    >>> [entry.name for entry in catalog.search("detections")]
    ['live/detections']
    """

    def __init__(
        self,
        path: Path,
        entries: Mapping[str, Entry],
        sheet: Sheet | None,
        problems: Iterable[Problem],
        ground: Ground,
    ) -> None:
        self.path = path
        self._entries = dict(entries)
        self._sheet = sheet
        self._problems = list(problems)
        self._ground = ground

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The ``metadata`` block of its first file, as it stands there."""
        return self._sheet.metadata if self._sheet else {}

    @property
    def floor(self) -> FloorBlock | None:
        """What it says about a floor; None if it is not the catalog of one."""
        return self._sheet.floor if self._sheet else None

    @property
    def problems(self) -> list[str]:
        """What is wrong, one line each, with file, line and column."""
        lost = [f"reader {spec}: {why}" for spec, why in broken.items()]
        return list(dict.fromkeys([str(problem) for problem in self._problems] + lost))

    def __getitem__(self, name: str) -> Entry:
        """Return the entry of a name."""
        if name not in self._entries:
            raise UnknownNameError("entry", name, self._entries)
        return self._entries[name]

    def __contains__(self, name: object) -> bool:
        """Tell whether there is an entry of a name."""
        return name in self._entries

    def get(self, name: str, default: Any = None) -> Any:
        """Return the entry of a name, or `default`."""
        return self._entries.get(name, default)

    def __eq__(self, other: object) -> bool:
        """Tell whether it is the same catalog; two that are opened are two."""
        return self is other

    __hash__ = object.__hash__

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names, as the files list them."""
        return iter(self._entries)

    def __len__(self) -> int:
        """Return how many entries there are."""
        return len(self._entries)

    def __call__(self, **values: Any) -> "Catalog":
        """Return the same catalog with other values of parameters, for all themes."""
        known = {name for entry in self._entries.values() for name in entry.parameters}
        for name in values:
            if name not in known:
                raise UnknownNameError("parameter", name, known)
        entries = {
            name: entry.with_parameters(
                **{key: value for key, value in values.items() if key in entry.parameters}
            )
            for name, entry in self._entries.items()
        }
        return Catalog(self.path, entries, self._sheet, self._problems, self._ground)

    def check(self) -> list[str]:
        """Read every entry and return all that is wrong: the files, the data, and readers that do not load."""
        for spec in foreign():
            with suppress(WatchfloorError):
                load(spec)
        found = [message for entry in self._entries.values() for message in entry.check()]
        return list(dict.fromkeys([*self.problems, *found]))

    def themes(self) -> list[str]:
        """Return the themes, in the order of the files."""
        return list(dict.fromkeys(name.rpartition("/")[0] for name in self._entries))

    def layers(self) -> list[Entry]:
        """Return the entries that are drawn on a map, lowest first."""
        drawn = [entry for entry in self._entries.values() if entry.map is not None and not entry.refused]
        return sorted(drawn, key=lambda entry: (entry.map.order if entry.map else 0, entry.name))

    def search(
        self,
        text: str | None = None,
        *,
        hazard: str | None = None,
        tag: str | None = None,
        theme: str | None = None,
        live: bool | None = None,
    ) -> list[Entry]:
        """Find entries by their metadata.

        Parameters
        ----------
        text
            Words that all stand in the name, title, description, provider or tags, in any language.
        hazard
            Kind of hazard; entries without any tell about all of them.
        tag
            One of the entry's tags.
        theme
            First part of the name.
        live
            Whether it reads the store.
        """
        words = (text or "").casefold().split()
        found = []
        for entry in self._entries.values():
            meta = entry.metadata
            about = " ".join(
                [
                    entry.name,
                    meta.title.en,
                    meta.title.zh,
                    meta.description.en,
                    meta.description.zh,
                    meta.provider,
                    *meta.tags,
                ]
            ).casefold()
            if (
                all(word in about for word in words)
                and (hazard is None or not meta.hazard or hazard in meta.hazard)
                and (tag is None or tag in meta.tags)
                and (theme is None or entry.name.startswith(theme.rstrip("/") + "/"))
                and (live is None or entry.live == live)
            ):
                found.append(entry)
        return found

    def __repr__(self) -> str:
        wrong = f", {len(self.problems)} problems" if self.problems else ""
        rows = "".join(f"\n  {name}: {entry.title()}" for name, entry in self._entries.items())
        return f"<Catalog {self.path.parent.name}: {len(self)} entries{wrong}>{rows}"

    def _repr_html_(self) -> str:
        rows = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in _cells(entry)) + "</tr>"
            for entry in self._entries.values()
        )
        wrong = "".join(f"<li>{html.escape(problem)}</li>" for problem in self.problems)
        head = "".join(
            f"<th>{cell}</th>" for cell in ("Name", "Title", "Provider", "Hazard", "Cadence", "State")
        )
        return (
            f"<table><caption>{html.escape(str(self.path))}</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{rows}</tbody></table>" + (f"<ul>{wrong}</ul>" if wrong else "")
        )


def _cells(entry: Entry) -> tuple[str, ...]:
    meta = entry.metadata
    state = "refused" if entry.refused else entry.state.kind
    return entry.name, meta.title(), meta.provider, ", ".join(meta.hazard) or "any", meta.cadence, state
