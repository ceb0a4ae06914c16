"""One bit of the firmware changed after signing (threat T1), at every field and all over signatures and payload."""
import unittest

import tampering
from boardtest import BoardTest


class TamperedFirmware(BoardTest):
    lms_height = 10

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.loader = cls.workshop.loader()
        cls.old, cls.new = cls.workshop.firmware("1.0.0"), cls.workshop.firmware("1.1.0")

    def make(self, name, policy="both"):
        """A device whose active firmware is the new one in slot A; slot B holds the old one."""
        device = self.workshop.device(self.loader, self.new, name=name, policy=policy)
        device.put_slot("B", self.old)
        device.save()
        return device

    def check_refused(self, device, what, offset, bit, code):
        with self.case(what):
            device.restore()
            device.put_slot("A", self.new.flipped(offset, bit))
            console = device.console("confirmed")
            self.assertIn(f"loader: slot A refused: {code} ", console)
            self.assertIn("loader: starts 1.0.0 in slot B", console)
            self.assertNotIn("firmware 1.1.0", console)

    def test_a_tampered_image_is_refused_and_the_other_slot_boots(self):
        device = self.make("both")
        for case in tampering.everywhere(self.new):
            self.check_refused(device, *case)

    def test_lms_alone_guards_every_field(self):
        """What stays when P-256 has fallen (attacker A7)."""
        device = self.make("lms", policy="lms")
        for case in tampering.fields("lms"):
            self.check_refused(device, *case)

    def test_recovery_when_both_slots_are_tampered_with(self):
        device = self.make("recovery")
        for what, offset, bit, code in list(tampering.everywhere(self.new))[::7]:
            with self.case(what):
                device.restore()
                device.put_slot("A", self.new.flipped(offset, bit))
                device.put_slot("B", self.old.flipped(offset, bit))
                console = device.console("waiting for a signed image: ")
                self.assertEqual(console.count(f" refused: {code} "), 2, console)
                self.assertNotIn("firmware 1.", console)


if __name__ == "__main__":
    unittest.main()
