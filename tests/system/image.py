"""Images: where each field lies (docs/formats.md), and copies with other bytes in them."""
import struct

MANIFEST_BYTES = 4096
SIGNED_BYTES = 1024
P256_SIGNATURE = 1024
LMS_SIGNATURE = 1088
SEGMENTS = 104
SEGMENT_BYTES = 16

# Name: (offset, bytes), every field of the signed part.
FIELDS = {
    "magic": (0, 4), "format": (4, 4), "kind": (8, 4), "security_version": (12, 4), "product_id": (16, 16),
    "hardware_min": (32, 4), "hardware_max": (36, 4),
    "version.major": (40, 2), "version.minor": (42, 2), "version.patch": (44, 4),
    "loader_min.major": (48, 2), "loader_min.minor": (50, 2), "loader_min.patch": (52, 4),
    "payload_bytes": (56, 4), "entry": (60, 4), "vectors": (64, 4), "segment_count": (68, 4),
    "payload_sha256": (72, 32),
    **{f"segment{i}.{part}": (SEGMENTS + SEGMENT_BYTES * i + 4 * n, 4)
       for i in range(8) for n, part in enumerate(("offset", "bytes", "address", "flags"))},
    "sbom_sha256": (232, 32), "build_id": (264, 32),
    "p256_key.flags": (296, 4), "p256_key.x": (300, 32), "p256_key.y": (332, 32),
    "lms_key.flags": (364, 4), "lms_key.public_key": (368, 60),
    "authority_p256.0": (428, 32), "authority_p256.1": (460, 32),
    "authority_lms.0": (492, 32), "authority_lms.1": (524, 32),
    "revoke_root_p256": (556, 4), "revoke_root_lms": (560, 4), "reserved": (564, 460),
}

KEY_RECORDS = {"p256": (296, 68), "lms": (364, 64)}

GOOD = 0x6D3A95C7


def status(area, number):
    """Two letters and a number, as the console prints it: status("SG", 2) is "53470002"."""
    return f"{ord(area[0]):02x}{ord(area[1]):02x}{number:04x}"


class Image:
    """An image's bytes. Methods named with_... and flipped() give changed copies."""

    def __init__(self, data):
        self.data = bytearray(data)

    def copy(self):
        return Image(self.data)

    def signed_part(self):
        return bytes(self.data[:SIGNED_BYTES])

    def get(self, field):
        """A field of up to 4 bytes as a number."""
        offset, size = FIELDS[field]
        return int.from_bytes(self.data[offset:offset + size], "little")

    def with_bytes(self, offset, changed):
        image = self.copy()
        image.data[offset:offset + len(changed)] = changed
        return image

    def with_fields(self, **numbers):
        """with_fields(entry=5); a dot in a field's name is written as two underscores."""
        image = self.copy()
        for name, number in numbers.items():
            offset, size = FIELDS[name.replace("__", ".")]
            image.data[offset:offset + size] = number.to_bytes(size, "little")
        return image

    def with_segment(self, index, **parts):
        return self.with_fields(**{f"segment{index}__{part}": number for part, number in parts.items()})

    def flipped(self, offset, bit=0):
        return self.with_bytes(offset, bytes([self.data[offset] ^ 1 << bit]))

    def with_key_record(self, algorithm, other):
        """The key record of another image."""
        offset, size = KEY_RECORDS[algorithm]
        return self.with_bytes(offset, other.data[offset:offset + size])

    def with_p256_signature(self, signature):
        assert len(signature) == 64
        return self.with_bytes(P256_SIGNATURE, signature)

    def with_lms_signature(self, signature):
        return self.with_bytes(LMS_SIGNATURE, signature.ljust(MANIFEST_BYTES - LMS_SIGNATURE, b"\0"))

    def lms_signature_bytes(self):
        """Length of the HSS signature inside its padded field (RFC 8554: level count, q, OTS, type, path)."""
        height = {5: 5, 6: 10}[struct.unpack_from(">I", self.data, 372)[0]]
        chains = {3: 67, 4: 34}[struct.unpack_from(">I", self.data, 376)[0]]
        return 4 + 4 + (4 + 32 + 32 * chains) + 4 + 32 * height
