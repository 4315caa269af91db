"""Observations as Parquet: written in the order of series and time, read back in part."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from watchfloor.core.errors import StoreError

__all__ = ["GROUP", "Columns", "read", "write"]

Columns = dict[str, Any]
"""Arrays by name: series (its number), time, revision, value (NaN for missing), flag, known; times in microseconds."""

GROUP = 65_536
"""Rows of a group: what is read at least to find one series."""
_NAMES = ("series_id", "time", "revision", "value", "flag", "known")


def write(path: Path, batches: Iterable[Sequence[Any]], names: Mapping[int, str]) -> dict[str, int] | None:
    """Write rows of number of the series, time, revision, value, flag and known time; return what they span.

    Parameters
    ----------
    path
        The file.
    batches
        Rows, sorted by number of the series, time and revision.
    names
        Of series, by number; they are written too, so that the file speaks for itself.

    Returns
    -------
    dict of str to int
        count, and the smallest and largest series, time (first, last) and known time; None if there were no rows.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    stamp = pa.timestamp("us", tz="UTC")
    kinds = {"series_id": pa.int64(), "time": stamp, "revision": pa.int32(), "value": pa.float64(), "flag": pa.int8(), "known": stamp}  # fmt: skip
    schema = pa.schema(
        [
            pa.field("series", pa.dictionary(pa.int32(), pa.string())),
            *(pa.field(*pair) for pair in kinds.items()),
        ],
        metadata={"watchfloor": "observations 1"},
    )
    spans: list[tuple[int, ...]] = []
    count = 0
    with pq.ParquetWriter(
        path, schema, compression="zstd", compression_level=6, use_dictionary=["series"],
        column_encoding={"series_id": "DELTA_BINARY_PACKED", "time": "DELTA_BINARY_PACKED", "known": "DELTA_BINARY_PACKED"},
        write_page_checksum=True, write_page_index=True,
    ) as writer:  # fmt: skip
        for rows in batches:
            columns = dict(zip(_NAMES, zip(*rows, strict=True), strict=True))
            count += len(rows)
            spans += [
                (min(columns["series_id"]), min(columns["time"]), min(columns["known"])),
                (max(columns["series_id"]), max(columns["time"]), max(columns["known"])),
            ]
            named = pa.array([names[number] for number in columns["series_id"]]).dictionary_encode()
            data = [pa.array(columns[name], type=kind) for name, kind in kinds.items()]
            writer.write_table(pa.table([named, *data], schema=schema), row_group_size=GROUP)
    if not spans:
        return None
    low, high = (tuple(map(end, zip(*spans, strict=True))) for end in (min, max))
    return {
        "count": count,
        "first_series": low[0],
        "last_series": high[0],
        "first": low[1],
        "last": high[1],
        "first_known": low[2],
        "last_known": high[2],
    }


def read(
    path: Path,
    ids: Sequence[int] | None = None,
    start: int | None = None,
    end: int | None = None,
    as_of: int | None = None,
) -> Columns:
    """Return the rows of series, from `start` to before `end`, that were known at `as_of`.

    Raises
    ------
    StoreError
        If the file is damaged.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    stamp = pa.timestamp("us", tz="UTC")
    conditions = []
    if ids is not None:
        conditions.append(pc.field("series_id").isin(list(ids)))
    if start is not None:
        conditions.append(pc.field("time") >= pa.scalar(start, stamp))
    if end is not None:
        conditions.append(pc.field("time") < pa.scalar(end, stamp))
    if as_of is not None:
        conditions.append(pc.field("known") <= pa.scalar(as_of, stamp))
    wanted = None
    for condition in conditions:
        wanted = condition if wanted is None else wanted & condition
    try:
        table = pq.read_table(path, columns=list(_NAMES), filters=wanted, page_checksum_verification=True)
    except (pa.ArrowException, OSError) as error:
        raise StoreError(
            f"The archive's file {path} cannot be read: {str(error)[:200]}. Put it back from a backup."
        ) from error
    kinds = {"series_id": "int64", "time": "int64", "revision": "int64", "value": "float64", "flag": "int8", "known": "int64"}  # fmt: skip
    return {name.removesuffix("_id"): table[name].to_numpy().astype(kind) for name, kind in kinds.items()}
