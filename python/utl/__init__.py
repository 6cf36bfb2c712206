"""UTL, the Universal Transaction Ledger: a book of record inside PostgreSQL."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from utl.changes import Change
    from utl.subscription import subscribe, subscribe_async

__all__ = ["Change", "__version__", "subscribe", "subscribe_async"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:  # so that `utl --help` need not wait for psycopg
    if name == "Change":
        from utl.changes import Change

        return Change
    if name in ("subscribe", "subscribe_async"):
        from utl import subscription as module

        return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
