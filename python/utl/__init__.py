"""UTL, the Universal Transaction Ledger: a book of record inside PostgreSQL."""

__version__ = "0.1.0"
