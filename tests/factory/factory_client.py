"""The host's side of the factory protocol (secure/factory_protocol.h), as far as looking at a device needs it."""
import struct
import time

import recovery_client

BEGIN, HELLO, NAME, CSR, ITEM, STORED = 0x31, 0x21, 0x32, 0x22, 0x33, 0x23
CERTIFICATE, ENDPOINT, TRUST_ANCHOR_0 = 2, 3, 16  # items
TAG_BYTES = 32
BEGIN_SECONDS = 0.04
HELLO_SECONDS = 30


class FactoryClient(recovery_client.Client):
    """Talks to the device on an Emulator's console."""

    def hello(self, gives_up_at):
        """Calls the device until it answers; its greeting as a dictionary. None when it prints `gives_up_at` first."""
        deadline = time.monotonic() + HELLO_SECONDS
        while time.monotonic() < deadline and gives_up_at.encode() not in self.emulator.output:
            self.emulator.send(recovery_client.frame(BEGIN, b""))
            self.emulator.read_more(time.monotonic() + BEGIN_SECONDS)
            found = self._next_in_output()
            if found and found[0] == HELLO:
                protocol, _, has_key, complete, name_bytes, name = struct.unpack("<I24sIII128s", found[1])
                return {"protocol": protocol, "has_key": has_key, "complete": complete,
                        "name": name[:name_bytes].decode()}
        return None

    def csr(self, thing):
        """The device's certificate request, DER."""
        return self.ask(NAME, thing.encode(), CSR)[TAG_BYTES:]

    def store(self, item, data):
        """An item of one piece."""
        self.ask(ITEM, struct.pack("<III", item, len(data), 0) + data, STORED)

    def ask(self, request, body, wanted):
        """Body of the answer, which has to be of the type `wanted`."""
        self.emulator.send(recovery_client.frame(request, body))
        while True:
            kind, answer = self.receive()
            if kind == wanted:
                return answer
            if kind != HELLO:
                self.emulator.fail_waiting(f"frame {kind:#x} {answer.hex()}, expected {wanted:#x}")
