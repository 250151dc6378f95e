"""A DynamoDB endpoint that answers every GetItem with one record, at hardly any cost.

`python -m tools.benchmarks.table` prints its URL and serves until its standard input ends. It is a
process of its own, so that its time is nobody else's.
"""

from __future__ import annotations

import json
import sys
import zlib
from contextlib import suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

RECORD = {
    "userId": {"S": "ada"},
    "name": {"S": "Ada Lovelace"},
    "email": {"S": "ada@example.com"},
    "born": {"N": "1815"},
    "active": {"BOOL": True},
    "roles": {"SS": ["admin", "author"]},
    "address": {"M": {"city": {"S": "London"}, "postcode": {"S": "SW1Y 4LB"}}},
    "visits": {"L": [{"N": "1"}, {"N": "2"}, {"N": "3"}]},
    "photo": {"B": "iVBORw0KGgo="},
    "nickname": {"NULL": True},
}
CAPACITY = {"TableName": "users", "CapacityUnits": 1.0}


def response() -> bytes:
    """The bytes of the answer, as DynamoDB would send them."""
    body = json.dumps({"ConsumedCapacity": CAPACITY, "Item": RECORD}).encode()
    head = (
        "HTTP/1.1 200 OK\r\nServer: Server\r\nContent-Type: application/x-amz-json-1.0\r\n"
        f"Content-Length: {len(body)}\r\nConnection: keep-alive\r\n"
        "x-amzn-RequestId: 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFG\r\n"
        f"x-amz-crc32: {zlib.crc32(body)}\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\n\r\n"
    )
    return head.encode() + body


class Connection(StreamRequestHandler):
    """Answers every request of one connection."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        answer = response()
        with suppress(OSError):
            while self.rfile.readline():
                length = 0
                while (line := self.rfile.readline().strip()) != b"":
                    name, _, value = line.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                self.rfile.read(length)
                self.wfile.write(answer)


if __name__ == "__main__":
    server = ThreadingTCPServer(("127.0.0.1", 0), Connection)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
