"""Power cut at random instants of a trial, its confirmation and the first settled boot (threat T8).

The emulator is killed (SIGKILL): what was stored is a prefix of the guest's stores, in their order. tests/powercut cuts at every
operation, with torn ones; here it is the real binaries that live through it.
"""
import random
import time
import unittest

from boardtest import BoardTest

CUTS = 30
SEED = 20260102


class PowerCut(BoardTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.device = cls.workshop.device(cls.workshop.loader("1.0.0", 1), cls.workshop.firmware("1.0.0", 1))
        cls.workshop.install(cls.device, cls.workshop.firmware("1.1.0", 2), "--tries", 20)
        cls.device.put_loader(1, cls.workshop.loader("1.1.0", 2))  # to settle there is much to do: heal, raise two counters
        cls.device.save()

    def cut_after(self, seconds):
        """Runs until that long has passed since power-on; what was printed."""
        with self.device.power_on() as emulator:
            deadline = time.monotonic() + seconds
            while emulator.read_more(deadline):
                pass
            return emulator.text()

    def seconds_until(self, text):
        start = time.monotonic()
        self.device.console(text)
        return time.monotonic() - start

    def check_ends_well(self):
        """However often it was cut: the update is confirmed and stays, both counters are up, both loader copies are new."""
        self.device.console(("confirmed", "settled"))
        console = self.device.console("settled")
        self.assertIn("loader 1.1.0 copy ", console)
        self.assertIn("starts 1.1.0 in slot B\n", console)
        info = self.workshop.info(self.device)
        self.assertEqual((info["firmware_counter"]["value"], info["loader_counter"]["value"]), (2, 2))
        self.assertEqual([place["version"] for place in info["places"][:2]], ["1.1.0", "1.1.0"])
        self.assertEqual([place["status"] for place in info["places"][:2]], ["BOOT_OK", "BOOT_OK"])

    def test_a_cut_at_any_instant_never_stops_it_from_booting(self):
        chance = random.Random(SEED)
        whole = self.seconds_until("confirmed") * 1.3
        self.device.restore()
        for cut in range(CUTS):
            if cut % 3 == 0:  # the trial; what follows cuts into confirmation and settling, and into what the last cut left
                self.device.restore()
            with self.case(f"cut {cut}"):
                self.cut_after(chance.uniform(0, whole))
                if cut % 3 == 2:
                    self.check_ends_well()

    def test_cuts_that_follow_each_other_quickly(self):
        self.device.restore()
        for milliseconds in range(10, 110, 10):
            self.cut_after(milliseconds / 1000)
        self.check_ends_well()


if __name__ == "__main__":
    unittest.main()
