"""Memory: whenever the secure world hands over, no secret of the device lies in any RAM, the secure world's own included."""
import os
import struct
import subprocess
import time
import unittest

from device_secrets import DeviceSecrets, frames, request_parts
from made_device import Maker
from recovery_client import frame
from watched import NONSECURE, SECURE, SecurePart, Watched
from workshop import DEVELOPMENT

CALLER = "tests/secrets/secrets_caller.elf"
CALLS_MAX = 60
IDENTITY, KEY = 0x40000001, 21  # hf_identity.h, caller.c
NAMES = {IDENTITY: "identity", KEY: f"key {KEY}"}
THING = "watched"
NOISE_BYTES = 0x2000
PC = 15
BEGIN, NAME, END, CSR, DONE = 0x31, 0x32, 0x34, 0x22, 0x24  # secure/factory_protocol.h
TAG_BYTES = 32
# What is in RAM when these functions begin, in the order of a start.
AT_HAND = (("health_take", "noise"), ("hkdf", "unique key"), ("mbedtls_hmac_drbg_seed", "drbg"),
           ("seal_start", "storage record"), ("mbedtls_chachapoly_starts", "record key"))
KINDS = {"random", "set", "get", "get a key slot", "info", "remove", "storage reset", "generate", "sign", "sign, refused",
         "export", "export the public half", "attributes", "destroy", "update", "device", "crash"}


class Caller:
    """What the program that makes the calls shows in its memory."""

    def __init__(self):
        lines = subprocess.run(["arm-none-eabi-nm", "--defined-only", os.path.join(DEVELOPMENT, CALLER)], capture_output=True,
                               text=True, check=True).stdout.splitlines()
        self.address = {name: int(at, 16) for at, _, name in map(str.split, lines)}

    def doing(self, look):
        return look.at(self.address["doing"], 32).split(b"\0")[0].decode()

    def signed(self, look):
        """(id of the key, hash, signature)"""
        signer, = struct.unpack("<I", look.at(self.address["signer"], 4))
        return signer, look.at(self.address["hash"], 32), look.at(self.address["signature"], 64)


class Memory(unittest.TestCase):
    """A device whose factory is still open, so that what its factory session leaves can be looked for, too."""

    @classmethod
    def setUpClass(cls):
        cls.maker = Maker(development=True)
        cls.addClassCleanup(cls.maker.close)
        cls.device = cls.maker.device(THING, program=os.path.join(DEVELOPMENT, CALLER))
        cls.device.save()
        cls.secure = SecurePart()
        cls.noise = os.path.join(cls.maker.folder, "noise")
        with open(cls.noise, "wb") as file:
            file.write(os.urandom(NOISE_BYTES))

    def setUp(self):
        self.addCleanup(self.device.restore)  # each test starts with what the factory left

    def power_on(self):
        return Watched(self.device, self.maker.folder, self.noise)

    def secrets(self, *keys):
        secrets = DeviceSecrets(self.device, self.maker.environment, keys)
        secrets.check(self.maker.certificate(THING))
        return secrets

    def search(self, secrets):
        """For the device's secrets, and what its random numbers are made of."""
        search = secrets.search()
        with open(self.noise, "rb") as file:
            search.add("noise", [file.read()])
        return search

    def assert_clean(self, search, looks):
        for look in looks:
            for place, data in look.memory.items():
                self.assertEqual(search.in_bytes(data), {}, f"{place} after: {look.what}")

    def start_nonsecure(self, emulator):
        emulator.run_to(self.secure.start)
        return emulator.look("start")

    # ---- calls ----

    def watch_calls(self, emulator, caller):
        """A look at the end of each call, until the program has made all of them."""
        looks = []
        while len(looks) < CALLS_MAX:
            emulator.run_to(self.secure.answer)
            look = emulator.look("")
            look.what = caller.doing(look)
            if look.what in ("over", "broken"):
                self.assertEqual(look.what, "over")
                return looks
            looks.append(look)
        raise AssertionError("calls without end")

    def test_no_secret_is_left_in_any_memory_at_the_start_and_after_any_call(self):
        caller = Caller()
        with self.power_on() as emulator:
            looks = [self.start_nonsecure(emulator), *self.watch_calls(emulator, caller)]
        self.assertEqual({look.what for look in looks}, KINDS | {"start"})
        secrets = self.secrets(KEY)
        search = self.search(secrets)
        for signer, digest, signature in (caller.signed(look) for look in looks if look.what == "sign"):
            for number in secrets.nonce(NAMES[signer], digest, signature):
                search.add_number("nonce", number)
        self.assert_clean(search, looks)

    def test_a_call_that_has_to_mount_storage_leaves_nothing(self):
        """Also one that only asks: after a failed write the next call, whichever it is, reads the storage anew, with its keys."""
        address = self.secure.program.address
        search = self.search(self.secrets())
        with self.power_on() as emulator:
            self.start_nonsecure(emulator)
            for function in ("device_service_info", "storage_get_info"):
                emulator.run_to(address[function])
            emulator.set_register(PC, address["storage_mount"])  # what storage_get_info() begins with then
            emulator.run_to(address["seal_start"])
            self.assertIn("storage record", search.in_bytes(emulator.look("mounting").memory["SRAM"]))
            emulator.run_to(self.secure.answer)
            self.assert_clean(search, [emulator.look("device, that mounts")])

    # ---- restarts: RAM keeps what it holds ----

    def test_a_key_in_memory_when_the_device_restarts_is_gone_at_the_next_start(self):
        search = self.search(self.secrets())
        with self.power_on() as emulator:
            emulator.send(frame(BEGIN, b"") + frame(NAME, THING.encode()))  # they queue up in the UART
            emulator.run_to(self.secure.program.address["p256_ecdsa_sign"])
            self.assertIn("identity", search.in_bytes(emulator.look("signing").memory["SRAM"]))
            emulator.reset()
            self.assertIn("identity", search.in_bytes(emulator.look("restarted").memory["SRAM"]))
            self.assert_clean(search, [self.start_nonsecure(emulator)])

    def factory_session(self, emulator):
        """Once more, up to its restart, the last thing it does; the certificate request that it brings."""
        emulator.send(frame(BEGIN, b"") + frame(NAME, THING.encode()) + frame(END, struct.pack("<I", 1)))
        emulator.run_to(self.secure.program.address["reset_system"])
        deadline = time.monotonic() + 10
        while not frames(emulator.output, DONE):
            self.assertTrue(emulator.read_more(deadline), "the session does not end well")
        request, = frames(emulator.output, CSR)
        return request[TAG_BYTES:]

    def test_what_the_factory_session_leaves_is_gone_at_the_start(self):
        with self.power_on() as emulator:
            request = self.factory_session(emulator)
            start = self.start_nonsecure(emulator)
        secrets = self.secrets()
        search = self.search(secrets)
        for number in secrets.nonce("identity", *request_parts(request)):
            search.add_number("nonce", number)
        self.assert_clean(search, [start])

    # ---- the search itself ----

    def test_the_search_finds_what_the_secure_world_has_at_hand(self):
        search = self.search(self.secrets())
        with self.power_on() as emulator:
            for function, name in AT_HAND:
                emulator.run_to(self.secure.program.address[function])
                self.assertIn(name, search.in_bytes(emulator.look(function).memory["SRAM"]), function)

    def test_the_search_finds_a_key_that_was_planted(self):
        secrets = self.secrets()
        search, key = self.search(secrets), secrets.values["identity"]
        with self.power_on() as emulator:
            self.start_nonsecure(emulator)
            for place, (base, size) in (SECURE | NONSECURE).items():
                at = base + size - 333
                before = emulator.memory(at, len(key))
                emulator.write_memory(at, key[::-1].hex())
                self.assertEqual(search.in_bytes(emulator.look(place).memory[place]), {"identity": size - 333})
                emulator.write_memory(at, before)


if __name__ == "__main__":
    unittest.main()
