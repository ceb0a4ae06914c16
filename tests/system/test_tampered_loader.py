"""One bit of the loader changed after signing (threat T1), at every field and all over signatures and payload."""
import unittest

import tampering
from boardtest import BoardTest
from device import SLOW_MACHINE


class TamperedLoader(BoardTest):
    lms_height = 10

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.loader = cls.workshop.loader("1.2.0")
        cls.device = cls.workshop.device(cls.loader, cls.workshop.firmware())
        cls.device.save()

    def setUp(self):
        self.addCleanup(self.device.restore)

    def test_nothing_boots_when_both_copies_are_tampered_with(self):
        for what, offset, bit, code in tampering.everywhere(self.loader):
            with self.case(what):
                tampered = self.loader.flipped(offset, bit)
                self.device.put_loader(0, tampered)
                self.device.put_loader(1, tampered)
                self.assertEqual(self.device.console("\n"), f"ROM {code}\n")

    def test_the_other_copy_boots_when_one_is_tampered_with(self):
        for what, offset, bit, code in list(tampering.everywhere(self.loader))[::2]:
            with self.case(what):
                self.device.restore()
                self.device.put_loader(0, self.loader.flipped(offset, bit))
                console = self.device.console("settled")
                self.assertTrue(console.startswith("loader 1.2.0 copy 1,"), console)
                if "other copy refused" in console or "version." not in what:  # claiming to be older, it is not looked at
                    self.assertIn(f"other copy refused: {code} ", console)

    def test_a_tampered_copy_is_healed_from_the_good_one(self):
        size = len(self.loader.data)
        for offset in (64, size - 1):  # in the manifest, in the payload
            with self.case(offset):
                self.device.put_loader(0, self.loader.flipped(offset))
                self.device.console("settled")
                self.assertEqual(self.device.loader_copy(0, size), bytes(self.loader.data))
                self.assertIn("loader 1.2.0 copy 0,", self.device.console("settled"))

    def test_a_refusing_rom_tries_again_after_its_watchdog_and_still_boots_nothing(self):
        for copy in (0, 1):
            self.device.put_loader(copy, self.loader.flipped(5000))
        line = f"ROM {tampering.DIGEST}\n"
        console = self.device.console(line * 4, options=SLOW_MACHINE)
        self.assertTrue((line * 9).startswith(console), console)


if __name__ == "__main__":
    unittest.main()
