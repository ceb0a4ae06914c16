"""Files and consoles: no secret of a device is in any of them. Its fuses alone hold what it is born with."""
import base64
import os
import shutil
import unittest

import device_secrets
from device_secrets import DeviceSecrets
from made_device import Maker

CSR = 0x22  # secure/factory_protocol.h
TAG_BYTES = 32
THING = "lamp-7"


class Files(unittest.TestCase):
    """A secured device that was used a little, and looked at in every way the command has."""

    @classmethod
    def setUpClass(cls):
        cls.maker = Maker(development=False)
        cls.addClassCleanup(cls.maker.close)
        cls.device = cls.maker.device(THING)
        cls.consoles = [cls.device.console("settled").encode() for _ in range(2)]
        for words in (("device", "info", THING), ("device", "list"), ("otp", "show", THING), ("ca", "list"), ("ca", "show")):
            cls.maker.holdfast(*words)
            cls.maker.holdfast(*words, "--json")
        cls.secrets = DeviceSecrets(cls.device, cls.maker.environment)
        cls.secrets.check(cls.maker.certificate(THING))

    def search(self):
        """For all secrets, and the nonce of the signature of the certificate request."""
        search = self.secrets.search()
        request, *_ = device_secrets.frames(self.maker.log("console.log"), CSR)
        for number in self.secrets.nonce("identity", *device_secrets.request_parts(request[TAG_BYTES:])):
            search.add_number("nonce", number)
        return search

    def test_no_file_holds_a_secret_but_the_fuses_theirs(self):
        found = self.search().in_folder(self.maker.folder)
        fuses = self.device.path("fuses.bin")
        self.assertEqual(found, {(fuses, name): offset for name, offset in device_secrets.ROOTS.items()})

    def test_no_console_and_no_command_says_a_secret(self):
        search = self.search()
        console, control = self.maker.log("console.log"), self.maker.log("control.log")
        self.assertIn(b"loader: starts", console)  # so that it is known that these are the logs
        self.assertIn(b"QMP", control)
        for said in (console, control, self.maker.said, *self.consoles):
            self.assertEqual(search.in_bytes(said), {})

    def test_the_search_finds_a_key_that_was_planted(self):
        key = self.secrets.values["identity"]
        search = self.secrets.search()
        text = base64.b64encode(b"ab" + key + b"c")
        forms = {"as it is": key, "backwards": key[::-1], "a third of it": key[9:20], "digits": key.hex().encode(),
                 "large digits": key.hex().upper().encode(), "base64": text, "base64 in lines": text[:25] + b"\n" + text[25:]}
        folder = os.path.join(self.maker.folder, "home/planted")
        plant = os.path.join(folder, "plant")
        os.mkdir(folder)
        self.addCleanup(shutil.rmtree, folder)
        for what, form in forms.items():
            with open(plant, "wb") as file:
                file.truncate(1 << 24)  # mostly a hole
                file.seek(12345678)
                file.write(form + b"\n")
            self.assertIn((plant, "identity"), search.in_folder(folder), what)


if __name__ == "__main__":
    unittest.main()
