"""An emulated device under a debugger: just enough of the gdb remote protocol to stop it, change it and let it go on."""
import os
import select
import socket
import time

from device import Emulator

NOP, NOP_WIDE = "00bf", "aff30080"
ANSWER_SECONDS = 20  # for what the emulator answers by itself, on a busy machine
SOCKET = "gdb.sock"


class Debugged(Emulator):
    """An Emulator that stands still before its first instruction."""

    def __init__(self, device, options=()):
        self.line = None
        self.received = b""
        with socket.socket(socket.AF_UNIX) as listener:  # ours, so that nothing has to be polled for
            listener.bind(device.path(SOCKET))
            listener.listen(1)
            listener.settimeout(ANSWER_SECONDS)
            try:
                super().__init__(device, ("-S", "-chardev", f"socket,id=gdb,path={SOCKET}", "-gdb", "chardev:gdb", *options))
                self.line, _ = listener.accept()
            except BaseException:
                self.power_off()
                raise
            finally:
                os.remove(device.path(SOCKET))
        self.ask("qSupported:xmlRegisters=arm")
        self.ask("qXfer:features:read:target.xml:0,ffb")  # without it registers cannot be written

    def power_off(self):
        if self.line:
            self.line.close()
        super().power_off()

    # ---- packets ----

    def say(self, words):
        data = words.encode()
        self.line.sendall(b"$%s#%02x" % (data, sum(data) & 255))

    def hear(self, seconds=ANSWER_SECONDS):
        """The next packet; None when none comes in time."""
        deadline = time.monotonic() + seconds
        while True:
            start = self.received.find(b"$")
            end = self.received.find(b"#", start)
            if 0 <= start < end and len(self.received) >= end + 3:
                packet = self.received[start + 1:end].decode("latin-1")
                self.received = self.received[end + 3:]
                self.line.sendall(b"+")
                return packet
            if not select.select([self.line], [], [], max(0.0, deadline - time.monotonic()))[0]:
                return None
            piece = self.line.recv(65536)
            if not piece:
                raise AssertionError("the emulator has ended")
            self.received += piece

    def ask(self, words):
        self.say(words)
        answer = self.hear()
        if answer is None or answer.startswith("E"):
            raise AssertionError(f"{words}: {answer}")
        return answer

    # ---- commands ----

    def monitor(self, words):
        """A command of the emulator's own monitor; what it prints."""
        printed = b""
        self.say("qRcmd," + words.encode().hex())
        while (answer := self.hear()) != "OK":
            if answer is None or answer.startswith("E"):
                raise AssertionError(f"{words}: {answer}")
            printed += bytes.fromhex(answer[1:])
        return printed.decode()

    def reset(self):
        self.monitor("system_reset")

    def stop_at(self, address):
        self.ask(f"Z1,{address:x},2")

    def do_not_stop_at(self, address):
        self.ask(f"z1,{address:x},2")

    def register(self, number):
        return int.from_bytes(bytes.fromhex(self.ask(f"p{number:x}"))[:4], "little")

    def set_register(self, number, value):
        self.ask(f"P{number:x}=" + value.to_bytes(4, "little").hex())

    def memory(self, address, size):
        """As hexadecimal digits; an error where there is no memory."""
        parts = []
        for at in range(address, address + size, 1024):
            self.say(f"m{at:x},{min(1024, address + size - at):x}")
            parts.append(self.hear() or "")
        return "".join(parts)

    def write_memory(self, address, digits):
        self.ask(f"M{address:x},{len(digits) // 2:x}:{digits}")

    def program_counter(self):
        return self.register(15)

    def step(self):
        self.ask("s")

    def go_on(self, seconds):
        """Runs to the next stop; where that is, or None when there was none in time (then it was stopped by us)."""
        self.say("c")
        if self.hear(seconds) is None:
            self.line.sendall(b"\x03")
            if self.hear() is None:
                raise AssertionError("the emulator does not stop")
            return None
        return self.program_counter()

    def skip(self, address, size):
        """The instruction about to be executed does nothing, this once. (Moving the program counter past it instead
        would leave the state of an IT block behind.)"""
        original = self.ask(f"m{address:x},{size:x}")
        self.ask(f"M{address:x},{size:x}:{NOP if size == 2 else NOP_WIDE}")
        self.step()
        self.ask(f"M{address:x},{size:x}:{original}")
