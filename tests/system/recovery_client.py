"""The host's side of the recovery protocol, written from docs/formats.md: a second implementation, that can misbehave."""
import struct
import time
import zlib

from image import GOOD, MANIFEST_BYTES

SYNC = b"\xa5\x5a"
HELLO, ACK, REFUSED, DONE, CHUNK = 0x01, 0x02, 0x03, 0x04, 0x11
CHUNK_MAX = 1024
ANSWER_SECONDS = 20  # a HELLO comes each second, an answer to a chunk at once


def frame(kind, body):
    inner = struct.pack("<BBH", kind, 0, len(body)) + body
    return SYNC + inner + struct.pack("<I", zlib.crc32(inner))


def chunk(offset, data):
    return frame(CHUNK, struct.pack("<I", offset) + data)


class Client:
    """Talks to the device on an Emulator's console."""

    def __init__(self, emulator):
        self.emulator = emulator
        self.seen = 0  # console bytes that were looked at

    def _next_in_output(self):
        """A whole frame from what the console has printed and was not looked at yet, or None."""
        while True:
            start = self.emulator.output.find(SYNC, self.seen)
            if start < 0 or len(self.emulator.output) < start + 6:
                return None
            kind, _, size = struct.unpack_from("<BBH", self.emulator.output, start + 2)
            end = start + 6 + size + 4
            if len(self.emulator.output) < end:
                return None
            inner, check = self.emulator.output[start + 2:end - 4], self.emulator.output[end - 4:end]
            self.seen = start + 2
            if zlib.crc32(inner) == struct.unpack("<I", check)[0]:
                self.seen = end
                return kind, inner[4:]

    def receive(self, timeout=ANSWER_SECONDS):
        """The next frame: (kind, body)."""
        deadline = time.monotonic() + timeout
        while True:
            found = self._next_in_output()
            if found:
                return found
            if not self.emulator.read_more(deadline):
                self.emulator.fail_waiting("no frame")

    def expect(self, kind):
        """The body of the next frame of this kind; HELLOs may come before it, nothing else."""
        while True:
            got, body = self.receive()
            if got == kind:
                return body
            if got != HELLO:
                self.emulator.fail_waiting(f"frame {got:#x} {body.hex()}, expected {kind:#x}")

    def number(self, kind):
        return struct.unpack("<I", self.expect(kind))[0]

    def hello(self):
        """The device's HELLO as a dictionary."""
        fields = struct.unpack("<II16sIII", self.expect(HELLO))
        return dict(zip(("protocol", "reason", "product", "hardware", "counter", "image_max"), fields))

    def answer(self, offset, data):
        """Sends a chunk; the answer as (kind, body), past HELLOs that were under way."""
        self.emulator.send(chunk(offset, data))
        while True:
            kind, body = self.receive()
            if kind != HELLO:
                return kind, body

    def send_image(self, data, chunk_bytes=CHUNK_MAX):
        """The whole image file, in order. Status of the device's last word: GOOD after DONE, else the refusal's."""
        offset = 0
        while True:
            end = min(offset + chunk_bytes, len(data))
            if offset < MANIFEST_BYTES:
                end = min(end, MANIFEST_BYTES)
            kind, body = self.answer(offset, bytes(data[offset:end]))
            if kind == DONE:
                return GOOD
            if kind == REFUSED:
                return struct.unpack("<I", body)[0]
            wanted = struct.unpack("<I", body)[0]
            if wanted != end:
                self.emulator.fail_waiting(f"wants {wanted} after {end}")
            offset = wanted
