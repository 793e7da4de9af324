"""A gate before a Unix socket: clients come by TCP, the test shuts and opens it. An outage without a kill."""

from contextlib import suppress
from socket import AF_UNIX, SHUT_RDWR, create_server, socket
from threading import Thread
from typing import Self


class Gate:
    """Open at first. `shut` refuses new clients and cuts those inside off; the port stays the same."""

    def __init__(self, unix_path: str) -> None:
        self._path = unix_path
        self._inside: list[socket] = []
        self._door = create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self._serve()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.shut()

    def shut(self) -> None:
        """The service is away."""
        for end in (self._door, *self._inside):
            with suppress(OSError):
                end.shutdown(SHUT_RDWR)
            end.close()
        self._inside.clear()

    def open(self) -> None:
        """The service is back."""
        self._door = create_server(("127.0.0.1", self.port))
        self._serve()

    def _serve(self) -> None:
        Thread(target=self._accept, args=(self._door,), daemon=True).start()

    def _accept(self, door: socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = door.accept()
                service = socket(AF_UNIX)
                service.connect(self._path)
                self._inside += [client, service]
                for source, target in ((client, service), (service, client)):
                    Thread(target=_pour, args=(source, target), daemon=True).start()


def _pour(source: socket, target: socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(SHUT_RDWR)
