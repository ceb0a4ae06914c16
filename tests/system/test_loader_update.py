"""A new loader, one that hangs, and revocation ordered by a loader (threats T4, T20, T21)."""
import os
import unittest

from boardtest import BoardTest
from device import SLOW_MACHINE
from image import status
from workshop import DEVELOPMENT


class LoaderUpdate(BoardTest):
    keys = ("root", "spare", "firmware")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        desk = cls.workshop
        cls.old = desk.loader("1.0.0", 1)
        cls.device = desk.device(cls.old, desk.firmware("1.0.0", 1), roots=("root", "spare"))
        cls.device.save()

    def setUp(self):
        self.addCleanup(self.device.restore)

    def copies(self, image):
        """Which copies hold exactly this image."""
        return [copy for copy in (0, 1) if self.device.loader_copy(copy, len(image.data)) == bytes(image.data)]

    def test_a_newer_loader_runs_heals_the_other_copy_and_ends_the_old_one(self):
        new = self.workshop.loader("1.1.0", 2)
        self.device.put_loader(1, new)
        self.assertTrue(self.device.console("settled").startswith("loader 1.1.0 copy 1,"))
        self.assertEqual(self.copies(new), [0, 1])
        self.assertEqual(self.workshop.counter(self.device, "loader"), 2)
        for copy in (0, 1):
            self.device.put_loader(copy, self.old)
        self.assertEqual(self.device.console("\n"), f"ROM {status('MF', 7)}\n")

    def test_a_trial_of_firmware_leaves_both_loaders_and_the_counter(self):
        """The old loader is the way back until something has settled."""
        new = self.workshop.loader("1.1.0", 2)
        self.device.put_loader(1, new)
        self.workshop.install(self.device, self.workshop.firmware("1.1.0", 2))
        self.assertTrue(self.device.console("confirmed").startswith("loader 1.1.0 copy 1,"))
        self.assertEqual((self.copies(self.old), self.copies(new)), ([0], [1]))
        self.assertEqual(self.workshop.counter(self.device, "loader"), 1)

    def test_an_older_loader_does_not_go_first(self):
        self.device.put_loader(0, self.workshop.loader("0.9.9", 1))
        self.assertTrue(self.device.console("settled").startswith("loader 1.0.0 copy 1,"))
        self.assertEqual(self.copies(self.old), [0, 1])

    def test_a_loader_that_hangs_is_left_after_three_watchdog_resets(self):
        elf = os.path.join(DEVELOPMENT, "tests/system/hanging_loader.elf")
        hanging = self.workshop.loader("9.0.0", 9, elf=elf)
        self.device.put_loader(1, hanging)
        console = self.device.console("settled", options=SLOW_MACHINE)
        self.assertTrue(console.startswith("loader 1.0.0 copy 0, reset by watchdog\n"), console)
        self.assertEqual(self.workshop.counter(self.device, "loader"), 1)
        self.assertEqual(self.copies(self.old), [0, 1])
        self.assertTrue(self.device.console("settled").startswith("loader 1.0.0 copy 0, reset by power on\n"))

    def test_a_loader_that_hangs_in_copy_0_is_left_as_well(self):
        elf = os.path.join(DEVELOPMENT, "tests/system/hanging_loader.elf")
        self.device.put_loader(0, self.workshop.loader("9.0.0", 1, elf=elf))
        console = self.device.console("settled", options=SLOW_MACHINE)
        self.assertTrue(console.startswith("loader 1.0.0 copy 1, reset by watchdog\n"), console)

    # ---- revocation ----

    def test_a_signed_loader_revokes_another_root_key_once_it_has_settled(self):
        self.device.put_loader(1, self.workshop.loader("1.1.0", 1, key="spare", revoke_roots=(0,)))
        self.device.console("settled")
        self.assertEqual(self.device.revoked(), {("p256", 0), ("lms", 0)})
        self.assertIn("loader 1.1.0 copy", self.device.console("settled"))
        for copy in (0, 1):
            self.device.put_loader(copy, self.workshop.loader("1.2.0", 1, key="root"))
        self.assertEqual(self.device.console("\n"), f"ROM {status('SG', 1)}\n")

    def test_nothing_is_revoked_before_something_has_settled(self):
        self.device.put_loader(1, self.workshop.loader("1.1.0", 1, key="spare", revoke_roots=(0,)))
        self.workshop.install(self.device, self.workshop.firmware("1.1.0", 2))
        self.device.console("confirmed")
        self.assertEqual(self.device.revoked(), set())

    def test_a_loader_never_revokes_the_key_that_signed_it(self):
        self.device.put_loader(1, self.workshop.loader("1.1.0", 1, key="spare", revoke_roots=(0, 1, 2, 3)))
        self.device.console("settled")
        self.assertNotIn(("p256", 1), self.device.revoked())
        self.assertNotIn(("lms", 1), self.device.revoked())
        self.assertIn(("p256", 0), self.device.revoked())
        self.assertIn("loader 1.1.0 copy", self.device.console("settled"))


if __name__ == "__main__":
    unittest.main()
