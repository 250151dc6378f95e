"""A DynamoDB endpoint on a real socket, as good or as bad as a test wants."""

from __future__ import annotations

import json
import socket
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any, Self

from contract import users


@dataclass(frozen=True)
class Exchange:
    """One request and its connection."""

    connection: socket.socket
    request: dict[str, Any]
    number: int  # of the request, from 1

    @property
    def user_id(self) -> str:
        """The user who is asked for."""
        user_id: str = self.request["Key"]["userId"]["S"]
        return user_id


Behaviour = Callable[[Exchange], None]
JSON = "application/x-amz-json-1.0"
CAPACITY = {"TableName": "users", "CapacityUnits": 0.5}


class FakeTable:
    """Serves one behaviour to every request."""

    behaviour: Behaviour
    requests: list[dict[str, Any]]

    def __init__(self) -> None:
        self.reset()
        self._closed = Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def reset(self) -> None:
        """Forget the requests, and answer with the record of whoever is asked for."""
        self.behaviour = record()
        self.requests = []

    def start(self) -> Self:
        """Serve, until the process ends or `with` does."""
        Thread(target=self._accept, daemon=True).start()
        return self

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the accepting thread
        self._listener.close()

    def _accept(self) -> None:
        while not self._closed.is_set():
            with suppress(OSError):
                connection, _ = self._listener.accept()
                Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection, connection.makefile("rb") as stream:
            while stream.readline():
                length = 0
                while (line := stream.readline().strip()) != b"":
                    name, _, value = line.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                request = json.loads(stream.read(length))
                self.requests.append(request)
                self.behaviour(Exchange(connection, request, len(self.requests)))


def answering(body: object, *, status: int = 200, kind: str = JSON) -> Behaviour:
    """Answers with this body: bytes as they are, anything else as JSON."""
    response = _response(body, status, kind)
    return lambda exchange: exchange.connection.sendall(response)


def record(**attributes: dict[str, Any]) -> Behaviour:
    """Answers with the user who is asked for, with these attributes (DynamoDB JSON)."""

    def behave(exchange: Exchange) -> None:
        item = users.item(exchange.user_id) | attributes
        answering({"ConsumedCapacity": CAPACITY, "Item": item})(exchange)

    return behave


def error(code: str, *, status: int = 400) -> Behaviour:
    """Answers with an error of DynamoDB."""
    kind = f"com.amazonaws.dynamodb.v20120810#{code}"
    message = "arn:aws:dynamodb:eu-west-1:123456789012:table/users"
    return answering({"__type": kind, "message": message}, status=status)


def hanging(exchange: Exchange) -> None:
    """Never answers."""
    exchange.connection.recv(1)  # until the client gives up


def resetting(exchange: Exchange) -> None:
    """Breaks the connection with RST."""
    linger = struct.pack("ii", 1, 0)
    exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    raise OSError  # the connection is closed with it


def closing_half_way(exchange: Exchange) -> None:
    """Sends a part of an answer and closes."""
    _send_most(exchange)
    raise OSError


def stalling(exchange: Exchange) -> None:
    """Sends a part of an answer and no more."""
    _send_most(exchange)
    hanging(exchange)


def _send_most(exchange: Exchange) -> None:
    response = _response({"Item": users.item(exchange.user_id)}, 200, JSON)
    exchange.connection.sendall(response[: -len(response) // 8])


def _response(body: object, status: int, kind: str) -> bytes:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status} Whatever\r\nContent-Type: {kind}\r\n"
        f"x-amz-crc32: {zlib.crc32(content)}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content
