"""Blank, factory, secured, retired; and what the production profile says (threats T13, T18)."""
import re
import unittest

from boardtest import BoardTest
from device import RETIRED_MARK, SECURED_MARK
from image import status
from workshop import PRODUCTION, Refused

MARK = 0xA5A5A5A5
DEVELOPMENT_KEY = status("SG", 5)


class Unsecured(BoardTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.device = cls.workshop.device(cls.workshop.loader(), cls.workshop.firmware())
        cls.device.save()

    def setUp(self):
        self.addCleanup(self.device.restore)

    def test_a_blank_device_boots_nothing(self):
        self.device.write("fuses.bin", 0, bytes(4096))
        self.assertEqual(self.device.console("\n"), f"ROM {status('OT', 2)}\n")

    def test_a_retired_device_boots_nothing(self):
        self.workshop.holdfast("device", "retire", self.device.name)
        self.assertEqual(self.device.console("\n"), f"ROM {status('OT', 3)}\n")

    def test_any_bit_of_the_retired_mark_retires(self):
        self.device.set_fuse(RETIRED_MARK, 1)
        self.assertEqual(self.device.console("\n"), f"ROM {status('OT', 3)}\n")

    def test_rom_refuses_a_development_root_once_the_device_is_secured(self):
        self.device.console("settled")
        for word in (MARK, 1, 0x80000000):
            self.device.set_fuse(SECURED_MARK, word)
            self.assertEqual(self.device.console("\n"), f"ROM {DEVELOPMENT_KEY}\n")

    def test_the_tool_refuses_to_secure_a_device_with_a_development_root(self):
        with self.assertRaises(Refused):
            self.workshop.device(self.workshop.loader(), self.workshop.firmware(), name="other", lifecycle="secured")


class Secured(BoardTest):
    development_keys = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        desk = cls.workshop
        desk.key("toy", development=True)
        cls.how = {"build": PRODUCTION, "profile": "production"}
        cls.firmware = desk.firmware("1.0.0", 1, **cls.how)
        cls.device = desk.device(desk.loader(**cls.how), cls.firmware, lifecycle="secured", build=PRODUCTION)
        cls.device.save()

    def setUp(self):
        self.addCleanup(self.device.restore)
        self.addCleanup(self.check_fuses)

    def check_fuses(self):
        """After everything that any test here does: frozen means frozen."""
        self.assertTrue(self.device.read("fuses.bin") == self.device.saved[1])

    def test_boots_and_the_loader_says_nothing(self):
        self.assertTrue(self.device.console("settled").startswith("firmware 1.0.0 slot A trial 0"))

    def test_the_tool_refuses_development_keys_for_production(self):
        with self.assertRaises(Refused):
            self.workshop.firmware("1.1.0", 2, key="toy", **self.how)
        with self.assertRaises(Refused):
            self.workshop.loader("1.1.0", key="toy", **self.how)
        with self.assertRaises(Refused):
            self.workshop.loader("1.1.0", authorities=("toy",), **self.how)

    def test_loader_refuses_a_development_key_even_when_it_is_its_authority(self):
        """The tool would not do it: a loader that names a development key is signed as development."""
        loader = self.workshop.loader("1.1.0", 1, authorities=("firmware", "toy"), build=PRODUCTION)
        self.device.put_loader(1, loader)
        self.workshop.install(self.device, self.workshop.firmware("1.1.0", 2, key="toy", build=PRODUCTION), "--unchecked")
        console = self.device.console("settled")
        self.assertIn(f"S {DEVELOPMENT_KEY}\n", console)
        self.assertNotIn("firmware 1.1.0", console)

    def test_refusals_are_codes_without_detail(self):
        self.device.put_slot("A", self.firmware.flipped(4096))
        self.device.put_loader(0, self.workshop.loader(**self.how).flipped(300))
        console = self.device.console(f"R {status('IM', 1)}\n")
        lines = console[:console.index("R ") + 10].split("\n")  # frames of the recovery protocol may follow
        self.assertTrue(all(re.fullmatch(r"[LSTWR] [0-9a-f]{8}", line) for line in lines), console)
        self.assertIn(f"L {status('SG', 1)}", lines)
        self.assertIn(f"S {status('IM', 1)}", lines)

    def test_counters_still_rise(self):
        self.workshop.install(self.device, self.workshop.firmware("1.1.0", 7, **self.how))
        self.device.console("confirmed")
        self.device.console("settled")
        self.assertEqual(self.workshop.counter(self.device, "firmware"), 7)

    def test_updates_are_reverted_and_recovered_as_ever(self):
        self.workshop.install(self.device, self.workshop.firmware("1.1.0", 2, behaviour="crash", **self.how))
        console = self.device.console("settled")
        self.assertIn(f"T {status('BT', 4)}\n", console)
        self.device.put_slot("A", self.firmware.flipped(4096))
        self.device.console("R ")
        image = self.workshop.save(self.workshop.firmware("1.2.0", 2, **self.how))
        self.workshop.holdfast("device", "recover", self.device.name, image, "--timeout", 30)
        self.assertIn("firmware 1.2.0", self.device.console("confirmed"))

    def test_retired_is_the_end(self):
        self.device.set_fuse(RETIRED_MARK, MARK)
        self.assertEqual(self.device.console("\n"), f"ROM {status('OT', 3)}\n")
        self.device.set_fuse(RETIRED_MARK, 0)


if __name__ == "__main__":
    unittest.main()
