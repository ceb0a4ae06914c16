"""Updates on trial: whatever one does wrong ends in the old firmware, with the reason kept (threat T9)."""
import unittest

from boardtest import BoardTest
from device import SLOW_MACHINE, TIMELESS_MACHINE
from image import status

REVERTED = status("BT", 4)
REJECTED = status("BT", 5)


class Trials(BoardTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.good = cls.workshop.firmware("1.0.0", 1)
        cls.device = cls.workshop.device(cls.workshop.loader(), cls.good)
        cls.device.save()

    def setUp(self):
        self.addCleanup(self.device.restore)

    def update(self, behaviour, security_version=2):
        return self.workshop.firmware("1.1.0", security_version, behaviour=behaviour)

    def run_trial(self, behaviour, *options, machine=SLOW_MACHINE):
        """Installs an update that misbehaves, and runs the device until the old firmware is back."""
        self.workshop.install(self.device, self.update(behaviour), *options)
        console = self.device.console("settled", options=machine)
        self.assertIn("loader: starts 1.0.0 in slot A\n", console)
        return console

    def check_reverted(self, reason):
        """The journal tells why; nothing was raised; the given-up image stays away, whatever happens to the other one."""
        journal = self.workshop.journal(self.device)
        self.assertEqual((journal["active"], journal["trial"], journal["rejected"]), ("A", "none", "B"))
        self.assertEqual((journal["revert_reason"], journal["outcome"]), (reason, "reverted"))
        self.assertEqual(self.workshop.counter(self.device, "firmware"), 1)
        self.device.put_slot("A", self.good.flipped(4096))
        console = self.device.console("waiting for a signed image: ")
        self.assertNotIn("starts 1.1.0", console)

    def test_a_hanging_update_is_ended_by_the_watchdog_and_reverted(self):
        console = self.run_trial("hang")
        for left in (2, 1, 0):
            self.assertIn(f"starts 1.1.0 in slot B on trial, tries left {left}\n", console)
        self.assertEqual(console.count("hanging"), 3)
        self.assertEqual(console.count("reset by watchdog"), 3)
        self.assertIn(f"trial of slot B given up: {REVERTED} ", console)
        self.check_reverted("BOOT_TRIES_EXHAUSTED")

    def test_a_quiet_update_cannot_feed_the_watchdog_and_is_reverted(self):
        console = self.run_trial("quiet", "--tries", 1, machine=TIMELESS_MACHINE)
        self.assertEqual(console.count("quiet"), 1)
        self.assertEqual(console.count("not fed any more"), 1)
        self.assertEqual(console.count("reset by watchdog"), 1)
        self.assertIn(f"trial of slot B given up: {REVERTED} ", console)
        self.check_reverted("BOOT_TRIES_EXHAUSTED")

    def test_a_crashing_update_is_reverted(self):
        console = self.run_trial("crash")
        self.assertEqual(console.count("crashing"), 3)
        self.assertEqual(console.count("reset by fault"), 3)
        self.assertNotIn("read secure memory", console)
        self.check_reverted("BOOT_TRIES_EXHAUSTED")

    def test_an_update_that_rejects_itself_is_reverted_at_once(self):
        console = self.run_trial("reject")
        self.assertEqual(console.count("rejected"), 1)
        self.assertEqual(console.count("starts 1.1.0"), 1)
        self.check_reverted("BOOT_TRIAL_REJECTED")

    def test_a_damaged_update_is_reverted_with_the_reason_of_its_refusal(self):
        self.workshop.install(self.device, self.update("good").flipped(4100), "--unchecked")
        console = self.device.console("settled")
        self.assertIn(f"trial of slot B given up: {status('IM', 1)} ", console)
        self.check_reverted("BOOT_PAYLOAD_DIGEST")

    def test_a_power_cut_during_each_try_uses_the_tries_up_too(self):
        self.workshop.install(self.device, self.update("hang"))
        for left in (2, 1, 0):
            self.assertIn(f"tries left {left}\n", self.device.console("hanging"))
        console = self.device.console("settled")
        self.assertIn(f"trial of slot B given up: {REVERTED} ", console)
        self.check_reverted("BOOT_TRIES_EXHAUSTED")

    def test_a_confirmed_update_stays_and_raises_the_counter(self):
        self.workshop.install(self.device, self.update("good"))
        self.assertIn("starts 1.1.0 in slot B on trial", self.device.console("confirmed"))
        self.assertEqual(self.workshop.counter(self.device, "firmware"), 2)
        for _ in range(2):
            self.assertIn("starts 1.1.0 in slot B\n", self.device.console("settled"))
        journal = self.workshop.journal(self.device)
        self.assertEqual((journal["active"], journal["trial"], journal["outcome"]), ("B", "none", "confirmed"))

    def test_a_confirmed_update_makes_the_old_firmware_unacceptable(self):
        self.workshop.install(self.device, self.update("good"))
        self.device.console("confirmed")
        self.device.put_slot("B", self.good.flipped(4096))
        console = self.device.console("waiting for a signed image: ")
        self.assertIn(f"slot A refused: {status('MF', 7)} ", console)

    def test_an_unconfirmed_update_raises_no_counter(self):
        self.workshop.install(self.device, self.update("hang"))
        self.device.console("hanging")
        self.assertEqual(self.workshop.counter(self.device, "firmware"), 1)


if __name__ == "__main__":
    unittest.main()
