#!/usr/bin/env python3
"""Runs the hostile program (README.md) on a device as it comes from the factory, and judges what it got.

    run.py [-v]     -v: what every attempt got

Environment as tests/system/run.py.
"""
import json
import os
import re
import socket
import subprocess
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "system")]

from boardtest import BoardTest  # noqa: E402
from expected import EXPECTED  # noqa: E402
from search import KeySearch  # noqa: E402
from workshop import DEVELOPMENT  # noqa: E402

# An instruction takes 32 ns of the guest's time, about a clock of its timers, and sleeping none: every run is the same
# but for the noise source.
SAME_EVERY_RUN = ("-icount", "shift=5,sleep=off")
LONGEST = 200  # seconds; it takes about 50

ATTEMPTS = 443
HASH = bytes.fromhex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")  # mine.h

# boards/an524/firmware_map.h
NONSECURE_MEMORY = ((0x28020000, 0x40000), (0x28060000, 0x20000))
# boot/common/otp_map.h
HARDWARE_UNIQUE_KEY, UNIQUE_DEVICE_SECRET, SECRET_BYTES = 320, 352, 32
# boards/an524/board.h
LOADERS, RUNNING_SLOT = (0, 0x20000), (0x100000, 0x100000)


class Monitor:
    """The emulator's machine protocol, for looking into memory."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(path)
        self.file = self.socket.makefile("rw")
        self.file.readline()
        self.command("qmp_capabilities")

    def command(self, name, **arguments):
        self.file.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self.file.flush()
        while True:
            answer = json.loads(self.file.readline())
            if "error" in answer:
                raise AssertionError(f"{name}: {answer['error']}")
            if "return" in answer:
                return

    def close(self):
        self.file.close()
        self.socket.close()


def attempts(console):
    return re.findall(r"^attempt ([a-z0-9_.]+): (.*)$", console, re.M)


class Hostile(BoardTest):
    development_keys = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        desk = cls.workshop
        cls.device = desk.device(desk.loader(), desk.firmware(
            program=os.path.join(DEVELOPMENT, "tests/hostile/hostile.elf")), lifecycle="secured")
        cls.before = cls.what_must_stay()
        began = time.monotonic()
        cls.console, cls.memory = cls.run_all()
        cls.outcomes = dict(attempts(cls.console))
        if "-v" in sys.argv:
            print(f"{len(cls.outcomes)} attempts, {time.monotonic() - began:.0f} s", file=sys.stderr)
            print(*(f"{name}: {outcome}" for name, outcome in cls.outcomes.items()), sep="\n", file=sys.stderr)

    @classmethod
    def run_all(cls):
        """The console, and the non-secure memory at the end."""
        path = cls.workshop.path(".qmp")
        with cls.device.power_on(*SAME_EVERY_RUN, "-qmp", f"unix:{path},server=on,wait=off") as emulator:
            console = emulator.wait_for("that was all\r\n", timeout=LONGEST).replace("\r\n", "\n")
            monitor = Monitor(path)
            try:
                return console, b"".join(cls.dump(monitor, *piece) for piece in NONSECURE_MEMORY)
            finally:
                monitor.close()

    @classmethod
    def dump(cls, monitor, base, size):
        path = cls.workshop.path(".memory")
        monitor.command("memsave", val=base, size=size, filename=path)  # as the processor sees it
        with open(path, "rb") as file:
            data = file.read()
        assert len(data) == size and any(data), "a dump of nothing shows nothing"
        return data

    @classmethod
    def what_must_stay(cls):
        return [cls.device.read_flash(*part) for part in (LOADERS, RUNNING_SLOT)] + [cls.device.read("fuses.bin")]

    def row_of(self, name):
        return next((row for row in EXPECTED if re.fullmatch(row[0], name)), None)

    # ---- promises ----

    def test_every_attempt_is_made_once(self):
        names = [name for name, _ in attempts(self.console)]
        self.assertEqual(len(names), len(set(names)))
        self.assertEqual(len(names), ATTEMPTS)
        self.assertEqual(set(EXPECTED) - {self.row_of(name) for name in names}, set(), "rows that no attempt used")

    def test_every_attempt_gets_what_it_must(self):
        wrong = [f"{name}: {outcome}" for name, outcome in self.outcomes.items()
                 if not (self.row_of(name) and re.fullmatch(self.row_of(name)[1], outcome))]
        self.assertEqual(wrong, [])

    def test_nothing_else_reaches_the_console(self):
        known = re.compile(r"attempt .*|loader.*|constant|that was all|")
        self.assertEqual([line for line in self.console.split("\n") if not known.fullmatch(line)], [])

    def test_the_key_still_signs_and_is_the_same(self):
        key = self.public_key()
        self.assertEqual(self.outcomes["start.public_key"], self.outcomes["end.public_key"])
        for name in ("start.sign", "gate.signature_over_hash", "end.sign"):
            with self.case(name):
                self.check_signature(key, bytes.fromhex(self.outcomes[name].split()[1]))

    def test_the_running_firmware_the_loaders_and_the_fuses_are_as_they_were(self):
        self.assertTrue(self.before == self.what_must_stay())

    def test_no_secret_of_the_device_came_out(self):
        for offset in (HARDWARE_UNIQUE_KEY, UNIQUE_DEVICE_SECRET):
            secret = self.device.read("fuses.bin", offset, SECRET_BYTES)
            self.assertNotEqual(secret, bytes(SECRET_BYTES))
            for i in range(0, SECRET_BYTES, 4):
                piece = secret[i:i + 8] if i + 8 <= SECRET_BYTES else secret[i - 4:i + 4]
                with self.case(f"offset {offset + i}"):
                    self.assertNotIn(piece, self.memory)
                    self.assertNotIn(piece, self.console.encode())
                    self.assertNotIn(piece.hex(), self.console)
                    self.assertNotIn(secret[i:i + 4][::-1].hex(), self.console)  # a word, as the program prints them

    def test_no_private_key_came_out(self):
        search = KeySearch(self.public_key())
        printed = b"".join(bytes.fromhex(text) for text in re.findall(r"\b(?:[0-9a-f]{2})+\b", self.console))
        code_bytes = NONSECURE_MEMORY[0][1]
        code, ram = self.memory[:code_bytes], self.memory[code_bytes:]
        with open(os.path.join(DEVELOPMENT, "tests/hostile/hostile.bin"), "rb") as file:
            program = file.read()
        self.assertTrue(code.startswith(program) and not any(code[len(program):]), "code changed: search it, too")
        self.assertEqual(search.places(ram) + search.places(printed), [])
        self.assertGreater(len(search.tried), 100)

    def test_the_search_would_find_a_key(self):
        key = bytes.fromhex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721")  # RFC 6979, A.2.5
        search = KeySearch(bytes.fromhex("0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
                                         "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"))
        self.assertEqual(search.places(b"ab" + key + b"c"), [2])
        self.assertEqual(search.places(b"abc" + key[::-1]), [3])

    def test_the_device_works_after_a_power_cycle(self):
        outcomes = dict(attempts(self.device.console("attempt memory.", options=SAME_EVERY_RUN).replace("\r\n", "\n")))
        self.assertEqual(outcomes["start.key"], "already exists")
        self.assertEqual(outcomes["start.items"], "success, not permitted")
        self.assertEqual(outcomes["start.public_key"], self.outcomes["start.public_key"])
        self.check_signature(self.public_key(), bytes.fromhex(outcomes["start.sign"].split()[1]))

    # ---- signatures, by OpenSSL ----

    def public_key(self):
        return bytes.fromhex(self.outcomes["start.public_key"].split()[1])

    def check_signature(self, key, signature):
        files = {"key": bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200") + key,  # RFC 5480
                 "signature": der_signature(signature), "hash": HASH}
        paths = {}
        for name, data in files.items():
            paths[name] = self.workshop.path("." + name)
            with open(paths[name], "wb") as file:
                file.write(data)
        done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", paths["key"],
                               "-in", paths["hash"], "-sigfile", paths["signature"]],
                              capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


def der_signature(raw):
    """r, s as OpenSSL wants them."""
    def integer(number):
        body = number.to_bytes(33, "big").lstrip(b"\0")
        body = b"\0" + body if body[0] & 0x80 else body
        return bytes([2, len(body)]) + body
    body = integer(int.from_bytes(raw[:32], "big")) + integer(int.from_bytes(raw[32:], "big"))
    return bytes([0x30, len(body)]) + body


if __name__ == "__main__":
    unittest.main(argv=[word for word in sys.argv if word != "-v"], verbosity=2)
