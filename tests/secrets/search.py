"""Finds secrets in any bytes: whole or a piece of them, in each form in which a program could have them.

Raw bytes are recognised by any 8 in a row, in every form of FORMS; text by any 16 hexadecimal digits or 12 characters of base64 in
a row. That of 8 random bytes none is met by chance in the megabytes searched here is certain enough (2^-64 per place and piece).
"""
import base64
import hashlib
import os
import struct

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256: FIPS 186-4, D.1.2.3
RAW, HEX, BASE64 = 8, 16, 12


# ---- forms ----

def orders(value):
    """As it is, backwards (a big number in little-endian words), and both with the bytes of each word turned round."""
    backwards = value[::-1]
    words = b"".join(value[i:i + 4][::-1] for i in range(0, len(value), 4))
    return {value, backwards, words, words[::-1]}


def number_forms(value):
    """A number modulo the order of P-256, its negative, and both in Montgomery's form, in which p256-m computes."""
    number = int.from_bytes(value, "big")
    numbers = {number, ORDER - number}
    numbers |= {n * 2**256 % ORDER for n in numbers}
    return set().union(*(orders(n.to_bytes(32, "big")) for n in numbers))


def sha256_block(block):
    """SHA-256's state after one block (FIPS 180-4, 6.2.2); hashlib does not show it."""
    def turn(x, n):
        return (x >> n | x << 32 - n) & 0xFFFFFFFF
    w = list(struct.unpack(">16I", block))
    for t in range(16, 64):
        s0 = turn(w[t - 15], 7) ^ turn(w[t - 15], 18) ^ w[t - 15] >> 3
        s1 = turn(w[t - 2], 17) ^ turn(w[t - 2], 19) ^ w[t - 2] >> 10
        w.append(w[t - 16] + s0 + w[t - 7] + s1 & 0xFFFFFFFF)
    a, b, c, d, e, f, g, h = START
    for t in range(64):
        t1 = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + (e & f ^ ~e & g) + ROUND[t] + w[t]
        t2 = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + (a & b ^ a & c ^ b & c)
        a, b, c, d, e, f, g, h = t1 + t2 & 0xFFFFFFFF, a, b, c, d + t1 & 0xFFFFFFFF, e, f, g
    return struct.pack(">8I", *((x + y) & 0xFFFFFFFF for x, y in zip(START, (a, b, c, d, e, f, g, h))))


def _roots(power, count, primes=tuple(p for p in range(2, 312) if all(p % q for q in range(2, p)))):
    """The first 32 bits of the fractions of the roots of the first primes: where SHA-256's constants come from."""
    def root(n):
        low, high = 0, 1 << 40
        while low + 1 < high:
            middle = (low + high) // 2
            low, high = (middle, high) if middle**power <= n << 32 * power else (low, middle)
        return low & 0xFFFFFFFF
    return [root(p) for p in primes[:count]]


START, ROUND = _roots(2, 8), _roots(3, 64)
assert sha256_block(b"abc\x80" + bytes(59) + b"\x18") == hashlib.sha256(b"abc").digest()


def key_forms(value):
    """A symmetric key, and what of it HMAC-SHA-256 could leave behind: the padded key, and the states after it."""
    forms = orders(value)
    for pad in (0x36, 0x5C):
        padded = bytes(byte ^ pad for byte in value)
        forms |= orders(padded) | orders(sha256_block(padded + bytes([pad]) * 32))
    return forms


# ---- search ----

def _pieces(value, size):
    return (value[i:i + size] for i in range(len(value) - size + 1))


class Search:
    def __init__(self):
        self.raw, self.hex, self.base64 = {}, {}, {}

    def add(self, name, forms):
        """A secret, by its forms; each at least 11 bytes long."""
        for form in forms:
            for table, size, text in ((self.raw, RAW, form), (self.hex, HEX, form.hex().encode()), *(
                    (self.base64, BASE64, base64.b64encode(bytes(lead) + form)[(0, 2, 3)[lead]:-4]) for lead in range(3))):
                table.update((piece, name) for piece in _pieces(text, size))

    def add_number(self, name, value):
        self.add(name, number_forms(value))

    def add_key(self, name, value):
        self.add(name, key_forms(value))

    def in_bytes(self, data):
        """The names of the secrets in it, each with the first place: {name: offset}."""
        found = {}
        for table, size, where in ((self.raw, RAW, data), (self.hex, HEX, data.lower()), (self.base64, BASE64, data)):
            for at in range(len(where) - size + 1):
                if where[at:at + size] in table:
                    found.setdefault(table[where[at:at + size]], at)
        return found

    def in_file(self, path):
        """As in_bytes. Holes of a sparse file are passed over."""
        found = {}
        with open(path, "rb") as file:
            for offset, data in _data(file):
                for name, at in self.in_bytes(data).items():
                    found.setdefault(name, offset + at)
        return found

    def in_folder(self, folder):
        """{(path, name): offset}, of all files and of their names."""
        found = {}
        for place, folders, files in os.walk(folder):
            for name in folders + files:
                found.update({(os.path.join(place, name), secret): "name" for secret in self.in_bytes(name.encode())})
            for path in (os.path.join(place, name) for name in files):
                if os.path.isfile(path):
                    found.update({(path, secret): at for secret, at in self.in_file(path).items()})
        return found


def _data(file):
    end = file.seek(0, os.SEEK_END)
    at = 0
    while at < end:
        try:
            at = file.seek(at, os.SEEK_DATA)
        except OSError:  # only a hole is left
            return
        until = file.seek(at, os.SEEK_HOLE)
        file.seek(at)
        yield at, file.read(until - at)
        at = until
