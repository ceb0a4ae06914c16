"""The host's side of the line to a program on the device (line.h), and the structs that come over it."""
import collections
import os
import socket
import struct

ANSWER_SECONDS = 20  # verifying an image takes a second or two

# secure/include/psa/error.h, psa/update.h
SUCCESS, SUCCESS_REBOOT = 0, 1
NOT_PERMITTED, NOT_SUPPORTED, INVALID_ARGUMENT = -133, -134, -135
BAD_STATE, ALREADY_EXISTS, DOES_NOT_EXIST = -137, -139, -140
INSUFFICIENT_DATA, INVALID_SIGNATURE, DEPENDENCY_NEEDED = -143, -149, -156


def reader(name, layout, fields):
    """A function from the bytes of a C struct to a tuple with names."""
    kind = collections.namedtuple(name, fields)
    return lambda data: kind(*struct.unpack(layout, data))


# hf_device.h: hf_device_info, hf_crash
device_info = reader(
    "DeviceInfo", "<HHIHHI17I24s32s",
    "major minor patch loader_major loader_minor loader_patch security_version security_counter "
    "loader_security_version hardware_revision reset_cause slot trial tries_left trial_ms watchdog_ms secured identity "
    "storage_stale storage_lost storage_raises_left entropy_ok rtc_seconds serial measurement")
crash_record = reader("Crash", "<9I", "kind secure status address address_valid pc lr exception count")
# psa/update.h: psa_fwu_component_info_t
component = reader(
    "Component", "<B3xiBBHIIIIHHIIHHIII64s",
    "state error short_major short_minor short_patch build max_size flags location major minor patch security_version "
    "candidate_major candidate_minor candidate_patch reason outcome job")


class Product:
    """A device whose firmware listens on its line, for a `with` statement. `greeting`: what it said at its last start."""

    def __init__(self, device, *options):
        self.device = device
        path = device.path("line")
        if os.path.exists(path):  # of the power-on before
            os.unlink(path)
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(path)
            door.listen(1)
            door.settimeout(ANSWER_SECONDS)
            self.emulator = device.power_on("-chardev", "socket,id=line,path=line", "-serial", "chardev:line", *options)
            try:
                self.socket, _ = door.accept()
                self.socket.settimeout(ANSWER_SECONDS)
                self.greeting = None
            except BaseException:
                self.emulator.power_off()
                raise

    def __enter__(self):
        try:
            self.greet()
        except BaseException:
            self.power_off()
            raise
        return self

    def __exit__(self, *_):
        self.power_off()

    def power_off(self):
        self.emulator.power_off()
        self.socket.close()

    def fail(self, what):
        while self.emulator.read_more(deadline=0):
            pass
        self.emulator.fail_waiting(what)

    def _receive(self, size):
        data = b""
        while len(data) < size:
            try:
                piece = self.socket.recv(size - len(data))
            except TimeoutError:
                self.fail("no answer on the line")
            if not piece:
                self.fail("the line is gone")
            data += piece
        return data

    def answer(self):
        """(status, body) of the next answer."""
        status, size = struct.unpack("<iI", self._receive(8))
        return status, self._receive(size)

    def greet(self):
        """Waits for the greeting after a start."""
        status, body = self.answer()
        if status != SUCCESS:
            self.fail(f"greeting {status}")
        self.greeting = device_info(body)
        return self.greeting

    def send(self, what, number=0, body=b""):
        self.socket.sendall(struct.pack("<III", ord(what), number, len(body)) + bytes(body))

    def ask(self, what, number=0, body=b""):
        self.send(what, number, body)
        return self.answer()

    def do(self, what, number=0, body=b""):
        """The status of a request that has no more to say."""
        return self.ask(what, number, body)[0]

    def restart_by(self, what, number=0, body=b""):
        """A request that restarts the device; the greeting after it."""
        self.send(what, number, body)
        return self.greet()
