"""One emulated device: its files, and the emulator that runs them.

The files are patched directly where a test plays the attacker with the flash in hand, or wear and tear. Every
emulator is ended and reaped when its `with` block is left, whatever happened in it; should this
process be killed, the kernel ends the emulator with it.
"""
import fcntl
import os
import selectors
import struct
import subprocess
import tempfile
import time

# boards/an524/board.h
FLASH_AT = 0x10000000
FLASH_BYTES = 0x300000
PART_BYTES = 0x302000  # flash, erase counts, list of unreadable places
BAD_LIST = 0x301000
LOADER = (0x000000, 0x010000)
LOADER_BYTES = 0x010000
JOURNAL = 0x020000
JOURNAL_BYTES = 0x2000
SLOT = {"A": 0x100000, "B": 0x200000}
SLOT_BYTES = 0x100000

# boot/common/otp_map.h, within the file of each bank
SECURED_MARK, RETIRED_MARK, POLICY, ROOT_P256 = 4, 8, 16, 64
REVOKED_P256, REVOKED_LMS = 0, 16
COUNTER = {"loader": (256, 32), "firmware": (1024, 128)}

# The guest's clock counts 64 ns per instruction, a machine of 15.6 million instructions per second: half of the
# real one, so no shorter waits for the guest, but a hang of ten seconds costs less than one of ours.
SLOW_MACHINE = ("-icount", "shift=6")
# And while the guest sleeps, its clock jumps to the next interrupt: minutes of feeding a watchdog cost seconds.
TIMELESS_MACHINE = ("-icount", "shift=6,sleep=off")


class Device:
    def __init__(self, folder):
        self.folder = folder
        self.name = os.path.basename(folder)
        self.saved = None

    def path(self, file):
        return os.path.join(self.folder, file)

    # ---- files ----

    def read(self, file, offset=0, size=-1):
        with open(self.path(file), "rb") as f:
            f.seek(offset)
            return f.read(size)

    def write(self, file, offset, data):
        with open(self.path(file), "r+b") as f:
            f.seek(offset)
            f.write(data)

    def read_flash(self, offset, size):
        return self.read("flash.bin", FLASH_AT + offset, size)

    def write_flash(self, offset, data):
        self.write("flash.bin", FLASH_AT + offset, data)

    def save(self):
        """Remembers everything the device has stored."""
        self.saved = (self.read_flash(0, PART_BYTES), self.read("fuses.bin"), self.read("counters.bin"))

    def restore(self):
        """Back to what save() found."""
        flash, fuses, counters = self.saved
        self.write_flash(0, flash)
        self.write("fuses.bin", 0, fuses)
        self.write("counters.bin", 0, counters)

    # ---- what lies where ----

    def put_loader(self, copy, image):
        self.write_flash(LOADER[copy], bytes(image.data).ljust(LOADER_BYTES, b"\xff"))

    def put_slot(self, slot, image):
        self.write_flash(SLOT[slot], bytes(image.data).ljust(SLOT_BYTES, b"\xff"))

    def erase_slot(self, slot):
        self.write_flash(SLOT[slot], b"\xff" * SLOT_BYTES)

    def loader_copy(self, copy, size):
        return self.read_flash(LOADER[copy], size)

    def make_unreadable(self, *offsets):
        """Each makes its KiB of flash a bus error, until erased."""
        self.write_flash(BAD_LIST, struct.pack(f"<I{len(offsets)}I", len(offsets), *offsets))

    def set_counter(self, which, value):
        """As if raised once to `value`; 0: never raised."""
        offset, cells = COUNTER[which]
        inverse = value ^ 0xFFFFFFFF
        cell = struct.pack("<IIII", value, inverse, value, inverse) if value else b""
        self.write("counters.bin", offset, cell.ljust(16 * cells, b"\0"))

    def set_fuse(self, offset, word):
        self.write("fuses.bin", offset, struct.pack("<I", word))

    def revoked(self):
        """Which root keys are revoked: a set like {("p256", 0)}."""
        words = struct.unpack("<8I", self.read("counters.bin", 0, 32))
        return {(("p256", "lms")[i // 4], i % 4) for i, word in enumerate(words) if word}

    # ---- running ----

    def power_on(self, *options):
        """An Emulator, for a `with` statement. options: more words for the emulator's command line."""
        return Emulator(self, options)

    def console(self, until, timeout=30, options=()):
        """Runs the device until it prints one of the texts in `until` (a text or several); what it printed up to there."""
        with self.power_on(*options) as emulator:
            return emulator.wait_for(*([until] if isinstance(until, str) else until), timeout=timeout)


def emulator_command(device):
    fuses = device.read("fuses.bin", 0, 12)
    factory = fuses[SECURED_MARK:SECURED_MARK + 8] == bytes(8)  # later nobody holds the write-enable
    command = [
        "setpriv", "--pdeathsig", "KILL", "qemu-system-arm", "-M", "mps3-an524,remap=QSPI,memory-backend=nvm",
        "-object", "memory-backend-file,id=nvm,size=2G,share=on,mem-path=flash.bin", "-global", "sse-200.CPU0_DSP=on",
        "-kernel", "rom.elf", "-display", "none", "-monitor", "none", "-nic", "none", "-serial", "stdio",
        "-chardev", "serial,id=rng,path=/dev/urandom", "-serial", "chardev:rng"]
    for name, address, writable in (("fuses", 0x50, factory), ("counters", 0x51, True)):
        command += ["-drive", f"if=none,id={name},format=raw,file={name}.bin", "-device",
                    f"at24c-eeprom,address={address},rom-size=4096,drive={name},writable={'on' if writable else 'off'}"]
    return command


class Emulator:
    """A device with power. `output`: every byte its console has printed."""

    def __init__(self, device, options=()):
        self.output = b""
        self.process = None
        self.cpu_seconds = None  # of the emulator, once it was ended
        self.lock = open(device.path("run.lock"), "rb")
        self.complaints = tempfile.TemporaryFile()
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.process = subprocess.Popen([*emulator_command(device), *options], cwd=device.folder,
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.complaints)
        except BaseException:
            self.power_off()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.power_off()

    def power_off(self):
        """Ends the emulator at once (SIGKILL: all a power cut leaves to do), reaps it, gives the device free."""
        if self.process and self.process.returncode is None:
            self.process.kill()
            _, code, usage = os.wait4(self.process.pid, 0)
            self.process.returncode = os.waitstatus_to_exitcode(code)
            self.cpu_seconds = usage.ru_utime + usage.ru_stime
        if self.process:
            self.process.stdin.close()
            self.process.stdout.close()
        self.lock.close()
        self.complaints.close()

    def send(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def text(self):
        return self.output.decode("ascii", "replace")

    def read_more(self, deadline):
        """Waits until the console has printed something more, or the time has come. False: neither will happen."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            if not selector.select(max(0.0, deadline - time.monotonic())):
                return False
        piece = os.read(self.process.stdout.fileno(), 65536)
        self.output += piece
        return piece != b""

    def wait_for(self, *texts, timeout=30):
        """Waits until one of the texts was printed; all that was printed. AssertionError when none comes in time."""
        deadline = time.monotonic() + timeout
        wanted = [text.encode() for text in texts]
        while not any(text in self.output for text in wanted):
            if not self.read_more(deadline):
                self.fail_waiting(f"none of {texts} within {timeout} s")
        return self.text()

    def fail_waiting(self, what):
        self.complaints.seek(0)
        raise AssertionError(f"{what}; console:\n{self.text()}\nemulator: {self.complaints.read().decode()}")
