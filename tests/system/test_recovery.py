"""Two bad slots are not the end; and recovery takes nothing that the boot chain would refuse (threat T11)."""
import random
import struct
import unittest

import recovery_client as protocol
from boardtest import BoardTest
from image import GOOD, MANIFEST_BYTES, status
from recovery_client import Client
from workshop import Refused

SEED = 20260101


class Recovery(BoardTest):
    keys = ("root", "firmware", "stranger")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.old = cls.workshop.firmware("1.0.0", 1)
        cls.good = cls.workshop.firmware("1.1.0", 2)
        cls.device = cls.workshop.device(cls.workshop.loader(), cls.good)
        cls.device.put_slot("A", cls.good.flipped(4096))
        cls.device.put_slot("B", cls.good.flipped(100))
        cls.device.save()

    def setUp(self):
        self.addCleanup(self.device.restore)

    def check_recovers(self, client):
        """A good image is taken, and boots."""
        self.assertEqual(client.send_image(self.good.data), GOOD)
        self.assertIn("starts 1.1.0", client.emulator.wait_for("confirmed"))

    def check_refused(self, image, code):
        """Refused with the code; the device stays in recovery and then takes a good image."""
        with self.device.power_on() as emulator:
            client = Client(emulator)
            client.hello()
            self.assertEqual(f"{client.send_image(image.data):08x}", code)
            client.hello()
            self.assertNotIn("starts", emulator.text())
            self.check_recovers(client)

    # ---- as a user does it ----

    def test_device_recover_brings_back_a_device_with_two_bad_slots(self):
        self.workshop.holdfast("device", "recover", self.device.name, self.workshop.save(self.good), "--timeout", 30)
        self.assertIn("starts 1.1.0", self.device.console("confirmed"))
        self.assertIn("starts 1.1.0", self.device.console("settled"))

    def test_device_recover_tells_why_an_image_was_refused(self):
        with self.assertRaises(Refused) as refused:
            self.workshop.holdfast("device", "recover", self.device.name, self.workshop.save(self.old), "--timeout", 30)
        self.assertIn("BOOT_MANIFEST_ROLLBACK", str(refused.exception))
        self.device.console("waiting for a signed image: ")

    # ---- what is refused ----

    def test_foreign_images(self):
        self.check_refused(self.workshop.firmware("1.1.0", 2, key="stranger"), status("SG", 1))

    def test_tampered_manifest(self):
        self.check_refused(self.good.flipped(200), status("SG", 2))
        self.device.restore()
        self.check_refused(self.good.flipped(2000), status("SG", 4))

    def test_tampered_payload(self):
        self.check_refused(self.good.flipped(len(self.good.data) - 1), status("IM", 1))

    def test_downgrades(self):
        self.check_refused(self.old, status("MF", 7))

    def test_oversize_images(self):
        for size in (0x100000 - MANIFEST_BYTES + 16, 0xFFFFFFF0):
            image = self.workshop.resign(self.good.with_fields(payload_bytes=size), "firmware", "firmware")
            self.device.restore()
            self.check_refused(image, status("MF", 8))

    def test_refusing_a_manifest_erases_and_writes_nothing(self):
        with self.device.power_on() as emulator:
            client = Client(emulator)
            client.hello()
            before = self.device.read_flash(0, 0x302000)
            client.send_image(self.good.flipped(16).data)
            client.hello()
            self.assertTrue(before == self.device.read_flash(0, 0x302000))

    def test_a_refusal_survives_a_power_cycle_as_recovery(self):
        for image in (self.old, self.good.flipped(5000)):
            with self.device.power_on() as emulator:
                client = Client(emulator)
                client.hello()
                self.assertNotEqual(client.send_image(image.data), GOOD)
            self.device.console("waiting for a signed image: ")

    # ---- the conversation ----

    def test_hello_says_what_the_device_is(self):
        with self.device.power_on() as emulator:
            hello = Client(emulator).hello()
        self.assertEqual(hello["protocol"], 1)
        self.assertEqual(hello["product"], b"demo".ljust(16, b"\0"))
        self.assertEqual((hello["hardware"], hello["counter"], hello["image_max"]), (3, 2, 0x100000))

    def test_garbage_and_noise_on_the_line_do_not_disturb(self):
        noise = random.Random(SEED)
        with self.device.power_on() as emulator:
            client = Client(emulator)
            client.hello()
            for size in (1, 17, 300, 3000):
                emulator.send(noise.randbytes(size) + protocol.SYNC + b"\x11\0")
            emulator.send(protocol.SYNC * 50)
            # The half frame sent last may swallow what follows: repeat, as rule 2 of the protocol says.
            self.assertTrue(any(self.acknowledged(client) for _ in range(5)))
            self.assertEqual(self.send_rest(client), GOOD)
            emulator.wait_for("confirmed")

    def acknowledged(self, client):
        """Sends the first chunk; whether it was acknowledged before the next HELLO or two."""
        client.emulator.send(protocol.chunk(0, bytes(self.good.data[:1024])))
        for _ in range(2):
            kind, body = client.receive()
            if kind == protocol.ACK:
                self.assertEqual(struct.unpack("<I", body)[0], 1024)
                return True
        return False

    def send_rest(self, client):
        """From the second chunk on."""
        offset = 1024
        while True:
            kind, body = client.answer(offset, bytes(self.good.data[offset:offset + 1024]))
            if kind == protocol.DONE:
                return GOOD
            self.assertEqual(kind, protocol.ACK)
            offset = struct.unpack("<I", body)[0]

    def test_a_frame_with_a_wrong_checksum_is_not_answered(self):
        with self.device.power_on() as emulator:
            client = Client(emulator)
            client.hello()
            broken = bytearray(protocol.chunk(0, bytes(self.good.data[:1024])))
            broken[500] ^= 1
            emulator.send(bytes(broken))
            self.assertEqual(client.receive()[0], protocol.HELLO)
            self.check_recovers(client)

    def test_a_chunk_at_another_offset_is_answered_with_the_wanted_one(self):
        with self.device.power_on() as emulator:
            client = Client(emulator)
            client.hello()
            for offset in (1, 4096, 0xFFFFFFFF, 0x80000000):
                emulator.send(protocol.chunk(offset, b"x" * 1024))
                self.assertEqual(client.number(protocol.ACK), 0)
            self.check_recovers(client)

    def test_a_chunk_across_the_border_of_the_manifest_is_refused(self):
        with self.device.power_on() as emulator:
            client = Client(emulator)
            client.hello()
            for offset in range(0, 3072, 1024):
                client.answer(offset, bytes(self.good.data[offset:offset + 1024]))
            client.answer(3072, bytes(self.good.data[3072:4000]))
            kind, body = client.answer(4000, bytes(self.good.data[4000:5000]))
            self.assertEqual((kind, f"{struct.unpack('<I', body)[0]:08x}"), (protocol.REFUSED, status("RC", 1)))
            self.check_recovers(client)

    def test_chunks_of_any_size_will_do(self):
        for size in (1000, 511, 77):
            self.device.restore()
            with self.case(size), self.device.power_on() as emulator:
                client = Client(emulator)
                client.hello()
                self.assertEqual(client.send_image(self.good.data, chunk_bytes=size), GOOD)
                emulator.wait_for("confirmed")

    def test_a_host_that_falls_silent_is_forgotten(self):
        """On the real clock: five seconds."""
        with self.device.power_on() as emulator:
            client = Client(emulator)
            client.hello()
            for offset in range(0, 6144, 1024):
                client.answer(offset, bytes(self.good.data[offset:offset + 1024]))
            client.hello()
            self.check_recovers(client)

    def test_power_cut_while_an_image_arrives(self):
        for chunks in (1, 4, 5, 8):
            with self.case(f"after {chunks} chunks"):
                with self.device.power_on() as emulator:
                    client = Client(emulator)
                    client.hello()
                    for offset in range(0, chunks * 1024, 1024):
                        client.answer(offset, bytes(self.good.data[offset:offset + 1024]))
                self.device.console("waiting for a signed image: ")
        with self.device.power_on() as emulator:
            client = Client(emulator)
            client.hello()
            self.check_recovers(client)


if __name__ == "__main__":
    unittest.main()
