"""A DynamoDB endpoint that answers every GetItem with one record, at hardly any cost.

`python -m tools.benchmarks.table` prints its URL and serves until its standard input ends. It is a
process of its own, so that its time is nobody else's.
"""

from __future__ import annotations

import json
import socket
import sys
import zlib
from contextlib import suppress
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


def serve(connection: socket.socket) -> None:
    """Answer every request of one connection."""
    answer = response()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with suppress(OSError), connection, connection.makefile("rb") as stream:
        while stream.readline():
            length = 0
            while (line := stream.readline().strip()) != b"":
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            stream.read(length)
            connection.sendall(answer)


def accept(listener: socket.socket) -> None:
    """Serve every connection."""
    while True:
        connection, _ = listener.accept()
        Thread(target=serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    Thread(target=accept, args=(listener,), daemon=True).start()
    sys.stdin.read()
