"""A device as the factory makes it."""
import unittest

from boardtest import BoardTest


class Boot(BoardTest):
    lms_height = 10  # what users get

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.device = cls.workshop.device(cls.workshop.loader(), cls.workshop.firmware())

    def test_boots_firmware_through_rom_and_loader(self):
        console = self.device.console("settled")
        self.assertTrue(console.startswith("loader 1.0.0 copy 0, reset by power on\n"), console)
        self.assertIn("loader: starts 1.0.0 in slot A\n", console)
        self.assertIn("firmware 1.0.0 slot A trial 0", console)

    def test_boots_the_same_after_a_power_cycle(self):
        first, second = (self.device.console("settled\r\n") for _ in range(2))
        self.assertEqual(first, second)

    def test_a_settled_boot_writes_nothing(self):
        self.device.console("settled")  # the first boot of all begins sealed storage
        self.device.save()
        self.device.console("settled")
        before = self.device.saved
        self.device.save()
        self.assertTrue(before == self.device.saved)

    def test_boots_while_noise_arrives_on_the_console(self):
        with self.device.power_on() as emulator:
            emulator.send(bytes(range(256)) * 8)
            emulator.wait_for("settled")


if __name__ == "__main__":
    unittest.main()
