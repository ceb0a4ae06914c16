"""The maker's desk: keys, images and devices, made with the `holdfast` command as a user would.

A Workshop is a temporary folder; close() removes it with everything in it.
"""
import atexit
import json
import os
import shutil
import subprocess
import tempfile

from device import Device
from image import Image

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HOLDFAST = os.environ.get("HOLDFAST", os.path.join(ROOT, "build/host/tools/holdfast"))
DEVELOPMENT = os.environ.get("HF_BUILD_DEVELOPMENT", os.path.join(ROOT, "build/an524-development"))
PRODUCTION = os.environ.get("HF_BUILD_PRODUCTION", os.path.join(ROOT, "build/an524-production"))

PRODUCT = "demo"
COMMAND_SECONDS = 60  # none of the commands used here takes a tenth of it


class Refused(Exception):
    """The command ended with status 1. `result`: what it said as JSON."""

    def __init__(self, result):
        super().__init__(str(result))
        self.result = result


class Workshop:
    """lms_height: 10 is what users get; 5 signs much faster, for tables of many signed images (32 signatures a key)."""

    def __init__(self, lms_height=5):
        self.folder = tempfile.mkdtemp(prefix="holdfast-system-")
        atexit.register(self.close)  # unittest forgets its cleanups when it is interrupted
        self.lms_height = lms_height
        self.names = 0

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        atexit.unregister(self.close)

    def path(self, suffix):
        """A file name that was not used before."""
        self.names += 1
        return os.path.join(self.folder, f"{self.names}{suffix}")

    # ---- the command ----

    def holdfast(self, *arguments):
        """Runs the command; its result. Raises Refused when the command refuses."""
        command = [HOLDFAST, *map(str, arguments), "--json"]
        environment = dict(os.environ, HOLDFAST_HOME=os.path.join(self.folder, "home"))
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=COMMAND_SECONDS, check=False)
        result = json.loads(done.stdout) if done.stdout.strip() else {}
        if done.returncode == 1:
            raise Refused(result or done.stderr)
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(command)}: status {done.returncode}\n{done.stdout}{done.stderr}")
        return result

    def key(self, name, development=True):
        """Makes a signing key (P-256 and LMS); its name."""
        mark = ["--development"] if development else []
        self.holdfast("key", "new", name, "--lms-height", self.lms_height, *mark)
        return name

    def loader(self, version="1.0.0", security_version=1, key="root", authorities=("firmware",), revoke_roots=(),
               elf=None, build=DEVELOPMENT, profile="development"):
        """A signed loader image."""
        lists = [word for name in authorities for word in ("--authority", name)]
        lists += [word for index in revoke_roots for word in ("--revoke-root", index)]
        return self._sign("loader", version, security_version, key, profile, lists,
                          [elf or os.path.join(build, "boot/loader.elf")])

    def firmware(self, version="1.0.0", security_version=1, key="firmware", behaviour="good", build=DEVELOPMENT,
                 profile="development", more=(), program=None):
        """A signed firmware image: the secure part, and a non-secure part, by default one of tests/firmware."""
        programs = [os.path.join(build, "secure/firmware_secure.elf"),
                    program or os.path.join(build, f"tests/firmware/test_firmware_{behaviour}.elf")]
        return self._sign("firmware", version, security_version, key, profile, list(more), programs)

    def _sign(self, kind, version, security_version, key, profile, more, programs):
        output = self.path(".img")
        self.holdfast("image", "sign", "--kind", kind, "--product", PRODUCT, "--hardware", "1-9", "--version", version,
                      "--security-version", security_version, "--key", key, "--profile", profile, *more,
                      "--output", output, *programs)
        with open(output, "rb") as file:
            return Image(file.read())

    def resign(self, image, p256=None, lms=None):
        """The image with signatures over its manifest as it is now, whatever it says. p256, lms: names of keys,
        whose records the manifest must hold already."""
        message, p256_file, lms_file = self.path(".tbs"), self.path(".p256"), self.path(".lms")
        with open(message, "wb") as file:
            file.write(image.signed_part())
        for name in {p256, lms} - {None}:
            parts = (["--p256", p256_file] if name == p256 else []) + (["--lms", lms_file] if name == lms else [])
            self.holdfast("key", "sign", name, "--message", message, *parts)
        signed = image.copy()
        if p256:
            with open(p256_file, "rb") as file:
                signed = signed.with_p256_signature(file.read())
        if lms:
            with open(lms_file, "rb") as file:
                signed = signed.with_lms_signature(file.read())
        return signed

    # ---- devices ----

    def save(self, image):
        """The image as a file; its name."""
        path = self.path(".img")
        with open(path, "wb") as file:
            file.write(image.data)
        return path

    def device(self, loader, firmware, name="board", roots=("root",), policy="both", lifecycle="factory",
               build=DEVELOPMENT):
        """A new device, as the factory makes it."""
        keys = [word for root in roots for word in ("--root-key", root)]
        self.holdfast("device", "new", name, "--rom", os.path.join(build, "boot/rom.elf"), "--loader", self.save(loader),
                      "--firmware", self.save(firmware), *keys, "--product", PRODUCT, "--hardware-revision", 3,
                      "--policy", policy, "--lifecycle", lifecycle, "--no-identity")
        return Device(os.path.join(self.folder, "home/devices", name))

    def install(self, device, image, *options):
        return self.holdfast("device", "install", device.name, self.save(image), *options)

    def info(self, device):
        return self.holdfast("device", "info", device.name)

    def journal(self, device):
        return self.info(device)["journal"]

    def counter(self, device, which):
        return self.info(device)[f"{which}_counter"]["value"]
