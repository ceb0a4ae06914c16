"""What of a device nobody may see, had from its files by `unseal`, and checked against what is known of it otherwise."""
import hashlib
import hmac
import os
import struct
import subprocess

from search import ORDER, Search

UNSEAL = os.environ["UNSEAL"]
STORAGE, STORAGE_BYTES, UNIT = 0x030000, 0x0D0000, 16  # boards/an524/board.h; sealed storage writes whole units
RECORD_MAGIC, SALT = b"HSR1", slice(48, 64)  # docs/formats.md
ROOTS = {"unique key": 320, "unique secret": 352}  # in fuses.bin, where alone they may be
DERIVED = ("drbg", "storage header", "storage salt", "storage record")


def openssl(*words, data=b""):
    return subprocess.run(["openssl", *words], input=data, capture_output=True, check=True).stdout


def public_of(private):
    """x and y of the point that belongs to a private number, by OpenSSL."""
    der = bytes.fromhex("30310201010420") + private + bytes.fromhex("a00a06082a8648ce3d030107")  # RFC 5915
    return openssl("pkey", "-inform", "DER", "-pubout", "-outform", "DER", data=der)[-64:]


def hmac256(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


class DeviceSecrets:
    """keys: ids of key slots, beside the identity's. environment: where `holdfast` finds the device."""

    def __init__(self, device, environment, keys=()):
        self.device = device
        done = subprocess.run([UNSEAL, device.name, *map(str, keys)], env=environment, capture_output=True, text=True,
                              check=False, timeout=30)
        if done.returncode != 0:
            raise AssertionError(f"unseal: {done.stderr}")
        lines = (line.rsplit(" ", 1) for line in done.stdout.splitlines())
        self.values = {name: bytes.fromhex(digits) for name, digits in lines}
        self.private = {name: value for name, value in self.values.items() if name == "identity" or name.startswith("key ")}

    def check(self, certificate):
        """Are these the right bytes? certificate: of the device, PEM. Nothing here comes from the code that unsealed them."""
        key = openssl("pkey", "-pubin", "-outform", "DER", data=openssl("x509", "-noout", "-pubkey", data=certificate))
        assert public_of(self.values["identity"]) == key[-64:], "the private key is not the certificate's"
        fuses = self.device.read("fuses.bin")
        for name, offset in ROOTS.items():
            assert self.values[name] == fuses[offset:offset + 32] != bytes(32), name
        for label in DERIVED:
            assert self.values[label] == hmac256(self.extracted(), b"holdfast " + label.encode() + b"\1"), label

    def extracted(self):
        """HKDF's first step (RFC 5869): as good as the unique key."""
        return hmac256(bytes(32), self.values["unique key"])

    def record_keys(self):
        """Of all records that sealed storage has in flash, old ones included."""
        area = self.device.read_flash(STORAGE, STORAGE_BYTES)
        salts = {area[at:at + 80][SALT] for at in range(0, len(area), UNIT) if area[at:at + 4] == RECORD_MAGIC}
        return [hmac256(self.values["storage record"], salt) for salt in salts]

    def nonce(self, name, digest, signature):
        """The secret number of one signature: who has it has the key. Checked against the signature."""
        private, e = int.from_bytes(self.private[name], "big"), int.from_bytes(digest, "big")
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        k = pow(s, -1, ORDER) * (e + r * private) % ORDER
        assert int.from_bytes(public_of(k.to_bytes(32, "big"))[:32], "big") % ORDER == r, "not the nonce of this signature"
        return [n.to_bytes(32, "big") for n in (k, pow(k, -1, ORDER), r * private % ORDER, (e + r * private) % ORDER)]

    def search(self, roots=True):
        """A Search for all of this. roots: also for what OTP holds, which is in fuses.bin."""
        search = Search()
        for name, value in self.private.items():
            search.add_number(name, value)
        for label in DERIVED:
            search.add_key(label, self.values[label])
        search.add_key("extracted key", self.extracted())
        for key in self.record_keys():
            search.add("record key", [key])
        for name in ROOTS if roots else ():
            search.add_key(name, self.values[name])
        return search


def request_parts(der):
    """A certificate request's (hash of what is signed, signature as r and s)."""
    outer, _ = value_at(der, 0)
    info_end = value_at(der, outer)[1]
    signed = der[outer:info_end]
    _, algorithm_end = value_at(der, info_end)
    bits, _ = value_at(der, algorithm_end)
    pair, _ = value_at(der, bits + 1)
    numbers, at = [], pair
    for _ in range(2):
        begin, end = value_at(der, at)
        numbers.append(int.from_bytes(der[begin:end], "big").to_bytes(32, "big"))
        at = end
    return hashlib.sha256(signed).digest(), b"".join(numbers)


def value_at(der, at):
    """Where the contents of the DER value at `at` begin and end."""
    length, begin = der[at + 1], at + 2
    if length >= 0x80:
        begin += length - 0x80
        length = int.from_bytes(der[at + 2:begin], "big")
    return begin, begin + length


def frames(console, kind):
    """The bodies of the frames of one kind in what a console has printed (docs/formats.md)."""
    at, bodies = 0, []
    while (at := console.find(b"\xa5\x5a" + bytes([kind]), at)) >= 0:
        size = struct.unpack_from("<H", console, at + 4)[0]
        bodies.append(console[at + 6:at + 6 + size])
        at += 2
    return bodies
