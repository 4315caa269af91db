"""What kind of address names a store."""

__all__ = ["is_server"]


def is_server(url: object) -> bool:
    """Tell whether the address of a store names a database server, not a file.

    Examples
    --------
    >>> is_server("postgresql://user@host/database"), is_server("var")
    (True, False)
    """
    return isinstance(url, str) and url.startswith(("postgresql:", "postgres:", "postgresql+psycopg:"))
