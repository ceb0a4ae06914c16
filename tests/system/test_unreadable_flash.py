"""Flash that cannot be read (a bus error, as an uncorrectable ECC error is) is an answer, not a crash (threat T10)."""
import unittest

from boardtest import BoardTest
from device import JOURNAL, LOADER, SLOT
from image import status

UNREADABLE = status("FL", 1)
BLOCK = 0x1000


class UnreadableFlash(BoardTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.loader = cls.workshop.loader()
        cls.device = cls.workshop.device(cls.loader, cls.workshop.firmware("1.1.0"))
        cls.device.put_slot("B", cls.workshop.firmware("1.0.0"))
        cls.device.save()

    def setUp(self):
        self.addCleanup(self.device.restore)

    def places(self, base, image_bytes=8192):
        """In the manifest, in its signatures, in the payload."""
        return base, base + 3072, base + image_bytes // 1024 * 1024 - 1024

    def test_an_unreadable_loader_copy_0_leaves_copy_1_and_is_healed(self):
        for place in self.places(LOADER[0]):
            with self.case(hex(place)):
                self.device.restore()
                self.device.make_unreadable(place)
                console = self.device.console("settled")
                self.assertTrue(console.startswith("loader 1.0.0 copy 1,"), console)
                self.assertIn("loader 1.0.0 copy 0,", self.device.console("settled"))

    def test_an_unreadable_loader_copy_1_does_not_matter_and_is_healed(self):
        self.device.make_unreadable(LOADER[1])
        self.device.console("settled")
        self.device.put_loader(0, self.loader.flipped(4096))
        self.assertIn("loader 1.0.0 copy 1,", self.device.console("settled"))

    def test_nothing_boots_when_no_loader_copy_can_be_read(self):
        self.device.make_unreadable(LOADER[0], LOADER[1])
        self.assertEqual(self.device.console("\n"), f"ROM {UNREADABLE}\n")

    def test_an_unreadable_slot_leaves_the_other_one(self):
        for place in self.places(SLOT["A"]):
            with self.case(hex(place)):
                self.device.restore()
                self.device.make_unreadable(place)
                console = self.device.console("confirmed")
                self.assertIn(f"loader: slot A refused: {UNREADABLE} ", console)
                self.assertIn("starts 1.0.0 in slot B", console)

    def test_recovery_when_no_slot_can_be_read_and_it_heals_them(self):
        self.device.make_unreadable(SLOT["A"], SLOT["B"])
        self.device.console("waiting for a signed image: ")
        image = self.workshop.save(self.workshop.firmware("1.2.0"))
        self.workshop.holdfast("device", "recover", self.device.name, image, "--timeout", 30)
        self.assertIn("starts 1.2.0", self.device.console("confirmed"))

    def test_an_unreadable_journal_block_does_not_stop_the_boot(self):
        """Whichever block it is; without the journal's word the first good slot is taken."""
        for places in ((JOURNAL,), (JOURNAL + BLOCK,), (JOURNAL, JOURNAL + BLOCK)):
            with self.case([hex(place) for place in places]):
                self.device.restore()
                self.device.make_unreadable(*places)
                self.assertIn("loader: starts 1.1.0 in slot A", self.device.console(("settled", "confirmed")))
                self.assertIn("loader: starts 1.1.0 in slot A", self.device.console("settled"))

    def test_updates_go_on_with_an_unreadable_journal_block(self):
        self.device.make_unreadable(JOURNAL + BLOCK)
        self.workshop.install(self.device, self.workshop.firmware("1.2.0", 2))
        self.assertIn("starts 1.2.0 in slot B on trial", self.device.console("confirmed"))
        self.assertIn("starts 1.2.0 in slot B\n", self.device.console("settled"))


if __name__ == "__main__":
    unittest.main()
