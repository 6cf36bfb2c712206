"""An exchange of our own that answers as Kraken does: 50 trades a page, the newest first."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

PAGE = 50
ASSETS = {
    name: {"aclass": "currency", "altname": alt, "decimals": 8, "display_decimals": 5}
    for name, alt in (("XXBT", "XBT"), ("ZUSD", "USD"))
}
PAIRS = {
    "XXBTZUSD": {
        "altname": "XBTUSD",
        "wsname": "XBT/USD",
        "aclass_base": "currency",
        "base": "XXBT",
        "aclass_quote": "currency",
        "quote": "ZUSD",
        "lot": "unit",
        "pair_decimals": 1,
        "lot_decimals": 8,
        "lot_multiplier": 1,
        "leverage_buy": [],
        "leverage_sell": [],
        "fees": [[0, 0.26]],
        "fees_maker": [[0, 0.16]],
        "ordermin": "0.0001",
        "status": "online",
    }
}


class FakeKraken:
    """Trades, and what was asked; `failures` answers fail before one succeeds."""

    def __init__(self, trades: dict[str, dict[str, Any]]) -> None:
        self.trades = trades
        self.deposits: list[dict[str, Any]] = []
        self.ledger: dict[str, dict[str, Any]] = {}
        self.balances: dict[str, dict[str, str]] = {}
        self.positions: list[dict[str, str]] = []
        self.asked: list[dict[str, str]] = []
        self.failures = 0
        self.breaks_after: int | None = None

    def answer(self, path: str, said: dict[str, str]) -> tuple[int, object]:
        """The HTTP status and the result."""
        if path.endswith("/Assets"):
            return 200, {"error": [], "result": ASSETS}
        if path.endswith("/AssetPairs"):
            return 200, {"error": [], "result": PAIRS}
        if path.endswith("/TradesHistory"):
            return self._trades_history(said)
        if path.endswith("/DepositStatus"):
            return 200, {"error": [], "result": self.deposits}
        if path.endswith("/Ledgers"):
            return 200, {"error": [], "result": {"ledger": self.ledger}}
        if path.endswith("/BalanceEx"):
            return 200, {"error": [], "result": self.balances}
        if path.endswith("/OpenPositions"):
            return 200, {"error": [], "result": self.positions}
        return 200, {"error": ["EGeneral:Unknown method"], "result": {}}

    def _trades_history(self, said: dict[str, str]) -> tuple[int, object]:
        self.asked.append(said)
        if self.failures:
            self.failures -= 1
            return 503, {"error": ["EService:Unavailable"]}
        if self.breaks_after is not None and len(self.asked) > self.breaks_after:
            return 200, {"error": ["EAPI:Invalid key"]}
        start, end = float(said.get("start", 0)), float(said.get("end", 1e12))
        found = {key: trade for key, trade in self.trades.items() if start <= trade["time"] <= end}
        newest = sorted(found, key=lambda key: -found[key]["time"])[:PAGE]
        page = {key: found[key] for key in newest}
        return 200, {"error": [], "result": {"trades": page, "count": len(found)}}


@contextmanager
def serving(exchange: FakeKraken) -> Iterator[str]:
    """Answer on a port of this machine; yields the URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _answer(self, body: str) -> None:
            path, _, query = self.path.partition("?")
            said = {key: found[0] for key, found in parse_qs(body or query).items()}
            status, found = exchange.answer(path, said)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
