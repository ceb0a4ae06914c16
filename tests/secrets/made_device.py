"""A device made as a user would, with everything the command, the emulator and the device have said while it was made."""
import json
import os
import subprocess
import sys

from device import Device
from workshop import DEVELOPMENT, HOLDFAST, PRODUCT, Workshop

# Stands before the emulator in the search path: the same emulator, but what goes over the console and the control channel is
# kept in files too.
EMULATOR = """#!%s
import os, sys
words, here = sys.argv[1:], os.path.dirname(os.path.abspath(__file__))
def log(name):
    return "logappend=on,logfile=" + os.path.join(os.path.dirname(here), name)
for i, word in enumerate(words):
    if word == "-serial" and words[i + 1] == "stdio":
        words[i:i + 2] = ["-chardev", "stdio,id=console,signal=off," + log("console.log"), "-serial", "chardev:console"]
    if word.startswith("socket,id=control,"):
        words[i] = word + "," + log("control.log")
os.environ["PATH"] = os.environ["PATH"].split(os.pathsep, 1)[1]
os.execvp("qemu-system-arm", ["qemu-system-arm", *words])
"""


class Maker:
    """A workshop whose command works in folders of its own: home, current and temporary folder all lie in `folder`."""

    def __init__(self, development):
        self.workshop = Workshop()
        self.folder = self.workshop.folder
        for folder in ("bin", "here", "tmp"):
            os.mkdir(os.path.join(self.folder, folder))
        script = os.path.join(self.folder, "bin/qemu-system-arm")
        with open(script, "w", encoding="ascii") as file:
            file.write(EMULATOR % sys.executable)
        os.chmod(script, 0o755)
        self.environment = dict(os.environ, HOLDFAST_HOME=os.path.join(self.folder, "home"),
                                TMPDIR=os.path.join(self.folder, "tmp"),
                                PATH=os.path.join(self.folder, "bin") + os.pathsep + os.environ["PATH"])
        for key in ("root", "firmware"):
            self.workshop.key(key, development)
        self.said = b""  # by the command

    def close(self):
        self.workshop.close()

    def holdfast(self, *words):
        """What the command prints, all of which is kept."""
        done = subprocess.run([HOLDFAST, *map(str, words)], env=self.environment, cwd=os.path.join(self.folder, "here"),
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
        self.said += done.stdout + done.stderr
        if done.returncode != 0:
            raise AssertionError(f"holdfast {words}: {done.stdout}{done.stderr}")
        return done.stdout

    def device(self, name, **program):
        """A device with an identity."""
        self.holdfast("device", "new", name, "--rom", os.path.join(DEVELOPMENT, "boot/rom.elf"),
                      "--loader", self.workshop.save(self.workshop.loader()),
                      "--firmware", self.workshop.save(self.workshop.firmware(**program)),
                      "--root-key", "root", "--product", PRODUCT, "--hardware-revision", 3)
        return Device(os.path.join(self.folder, "home/devices", name))

    def certificate(self, name):
        """Of the device of that name, PEM, as the CA has kept it."""
        info = json.loads(self.holdfast("device", "info", name, "--json"))
        serial = info["identity"]["certificate_serial"]
        with open(os.path.join(self.folder, "home/ca/device/issued", serial + ".pem"), "rb") as file:
            return file.read()

    def log(self, name):
        with open(os.path.join(self.folder, name), "rb") as file:
            return file.read()
