"""Firmware that is rightly signed and still not for this device: one image of each kind, on the board.

Every image here is refused for the one reason its name gives; the matrix of all fields is in the unit tests of boot/common.
"""
import struct
import unittest

from boardtest import BoardTest
from device import SLOW_MACHINE
from image import LMS_SIGNATURE, MANIFEST_BYTES, P256_SIGNATURE, status

RECOVERY = "waiting for a signed image: "
FULL_SLOT = 0x100000 - MANIFEST_BYTES
LOAD_BASE, LOAD_BYTES = 0x38000000, 0x80000
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

TILING, ADDRESS, OVERLAP, ENTRY = (status("MF", number) for number in (9, 10, 11, 12))
SIZE, RESERVED = status("MF", 8), status("MF", 4)
P256_KEY, P256, LMS_KEY, LMS = (status("SG", number) for number in (1, 2, 3, 4))


class SignedWrong(BoardTest):
    keys = ("root", "firmware", "stranger")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.good = cls.workshop.firmware("1.0.0", 1)
        cls.device = cls.workshop.device(cls.workshop.loader(), cls.good)
        cls.device.save()

    def setUp(self):
        self.addCleanup(self.device.restore)

    def check(self, what, image, code):
        """The image, alone in the device, is refused with the code; recovery follows."""
        with self.case(what):
            self.device.put_slot("A", image)
            console = self.device.console(RECOVERY)
            self.assertIn(f"loader: slot A refused: {code} ", console)
            self.assertNotIn("starts", console)

    def check_signed(self, what, image, code):
        self.check(what, self.workshop.resign(image, "firmware", "firmware"), code)


class Fields(SignedWrong):
    def test_what_it_is_for(self):
        good = self.good
        for what, image, code in (
                ("other product", good.with_bytes(16, b"demo2"), status("MF", 5)),
                ("product with more behind its end", good.with_bytes(31, b"x"), status("MF", 5)),
                ("for later hardware", good.with_fields(hardware_min=4), status("MF", 6)),
                ("for earlier hardware", good.with_fields(hardware_max=2), status("MF", 6)),
                ("a loader in a firmware slot", good.with_fields(kind=0x52444C48), status("MF", 3)),
                ("format of the future", good.with_fields(format=2), status("MF", 2)),
                ("needs a newer loader", good.with_fields(loader_min__patch=1, loader_min__major=1), status("MF", 13)),
                ("reserved bytes", good.with_bytes(1023, b"\1"), RESERVED),
                ("firmware that names authorities", good.with_bytes(428, b"\1"), RESERVED),
                ("firmware that revokes a root", good.with_fields(revoke_root_p256=1), RESERVED)):
            self.check_signed(what, image, code)

    def test_sizes(self):
        good = self.good
        size, first = good.get("payload_bytes"), good.get("segment0.bytes")
        for what, image, code in (
                ("no payload", good.with_fields(payload_bytes=0), TILING),
                ("more payload than segments", good.with_fields(payload_bytes=size + 16), TILING),
                ("one unit more than the slot", good.with_fields(payload_bytes=FULL_SLOT + 16), SIZE),
                ("greatest number", good.with_fields(payload_bytes=0xFFFFFFFF), SIZE),
                ("no segments", good.with_fields(segment_count=0), TILING),
                ("nine segments", good.with_fields(segment_count=9), TILING),
                ("four thousand million segments", good.with_fields(segment_count=0xFFFFFFFF), TILING),
                ("a gap between segments", good.with_segment(1, offset=first + 16), TILING),
                ("an empty segment", good.with_segment(0, bytes=0), TILING),
                ("an odd size", good.with_segment(0, bytes=first - 1), TILING),
                ("an unknown flag", good.with_segment(0, flags=2), TILING),
                ("something behind the last segment", good.with_segment(7, address=1), TILING)):
            self.check_signed(what, image, code)


class Addresses(SignedWrong):
    def test_load_addresses(self):
        good = self.good
        first, second = good.get("segment0.bytes"), good.get("segment1.bytes")
        huge = 0xFFFFFFF0
        for what, image, code in (
                ("into the ROM", good.with_segment(1, address=0x10000000), ADDRESS),
                ("over the running loader", good.with_segment(1, address=0x30009000), ADDRESS),
                ("over the loader's stack", good.with_segment(1, address=0x30013F00), ADDRESS),
                ("into flash", good.with_segment(1, address=0x70020000), ADDRESS),
                ("below the region", good.with_segment(0, address=LOAD_BASE - 16), ADDRESS),
                ("past the region", good.with_segment(1, address=LOAD_BASE + LOAD_BYTES - 16), ADDRESS),
                ("end of the address space", good.with_segment(1, address=huge), ADDRESS),
                ("sizes that sum up through 2^32", good.with_segment(0, bytes=huge).with_segment(
                    1, offset=huge, bytes=first + second + 16), ADDRESS),
                ("onto itself", good.with_segment(1, address=LOAD_BASE), OVERLAP),
                ("into its own end", good.with_segment(1, address=LOAD_BASE + first - 16), OVERLAP)):
            self.check_signed(what, image, code)

    def test_entry(self):
        good = self.good
        self.assertEqual(good.get("segment2.flags"), 1)
        for what, image, code in (
                ("even", good.with_fields(entry=good.get("entry") & ~1), ENTRY),
                ("in the ROM", good.with_fields(entry=0x10000101), ENTRY),
                ("in the loader", good.with_fields(entry=0x30009101), ENTRY),
                ("behind the first segment", good.with_fields(entry=LOAD_BASE + good.get("segment0.bytes") + 1), ENTRY),
                ("in the non-secure segment", good.with_fields(entry=good.get("segment2.address") + 1), ENTRY),
                ("0", good.with_fields(entry=1), ENTRY),
                ("vectors in the ROM", good.with_fields(vectors=0x10000000), ENTRY),
                ("vectors not aligned", good.with_fields(vectors=good.get("vectors") + 4), ENTRY)):
            self.check_signed(what, image, code)


class Counters(SignedWrong):
    PAIRS = ((0, 0), (0, 1), (1, 0), (1, 2), (0x7FFFFFFF, 0x7FFFFFFF), (0x7FFFFFFF, 0x80000000),
             (0x80000000, 0x7FFFFFFF), (0, 0x80000000), (0xFFFFFFFE, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF),
             (0xFFFFFFFF, 0x7FFFFFFF), (1, 0xFFFFFFFF))

    def test_security_version_below_the_counter_is_refused_and_no_other(self):
        """Unsigned to the last bit; and an image that settles raises the counter to its version."""
        for version, counter in self.PAIRS:
            what = f"version {version:#x}, counter {counter:#x}"
            image = self.workshop.resign(self.good.with_fields(security_version=version), "firmware", "firmware")
            self.device.set_counter("firmware", counter)
            if version < counter:
                self.check(what, image, status("MF", 7))
            else:
                with self.case(what):
                    self.device.restore()
                    self.device.set_counter("firmware", counter)
                    self.device.put_slot("A", image)
                    self.device.console("settled")
                    self.assertEqual(self.workshop.counter(self.device, "firmware"), version)
            self.device.restore()


class Keys(SignedWrong):
    def test_keys_that_are_not_trusted(self):
        foreign = self.workshop.firmware("1.0.0", 1, key="stranger")
        lms_foreign = self.good.with_key_record("lms", foreign)
        root = self.workshop.firmware("1.0.0", 1, key="root")
        self.check("a stranger's", foreign, P256_KEY)
        self.check("LMS key of a stranger", self.workshop.resign(lms_foreign, "firmware", "stranger"), LMS_KEY)
        self.check("the root key is no firmware key", root, P256_KEY)

    def test_one_signature_is_not_enough_when_the_policy_wants_both(self):
        self.check("no P-256", self.good.with_p256_signature(bytes(64)), P256)
        self.check("no LMS", self.good.with_lms_signature(b""), LMS)

    def test_one_signature_is_enough_when_the_policy_wants_one(self):
        loader = self.workshop.loader()
        for policy, image in (("p256", self.good.with_lms_signature(b"")), ("lms", self.good.with_p256_signature(bytes(64)))):
            with self.case(policy):
                device = self.workshop.device(loader, self.good, name=policy, policy=policy)
                device.put_slot("A", image)
                device.console("settled")

    def test_each_signature_guards_alone(self):
        """The image is altered, and one of the two signatures is over the altered bytes."""
        altered = self.good.with_fields(build_id=1)
        self.check("P-256 signed anew", self.workshop.resign(altered, p256="firmware"), LMS)
        self.check("LMS signed anew", self.workshop.resign(altered, lms="firmware"), P256)

    def test_a_signature_of_another_image_does_not_do(self):
        other = self.workshop.firmware("1.0.1", 1)
        self.check("P-256", self.good.with_bytes(P256_SIGNATURE, other.data[P256_SIGNATURE:LMS_SIGNATURE]), P256)
        self.check("LMS", self.good.with_bytes(LMS_SIGNATURE, other.data[LMS_SIGNATURE:MANIFEST_BYTES]), LMS)

    def test_p256_numbers_out_of_range(self):
        for number in (0, P256_ORDER, P256_ORDER + 1, 2 ** 256 - 1):
            for part, offset in (("r", 0), ("s", 32)):
                image = self.good.with_bytes(P256_SIGNATURE + offset, number.to_bytes(32, "big"))
                self.check(f"{part} = {number:#x}", image, P256)

    def test_lms_signatures_that_are_not_of_the_key_s_kind(self):
        good, end = self.good, LMS_SIGNATURE + self.good.lms_signature_bytes()
        ots, tree = LMS_SIGNATURE + 8, end - 32 * 5 - 4
        self.assertEqual(good.data[ots:ots + 4] + good.data[tree:tree + 4], struct.pack(">II", 3, 5))
        for what, image in (
                ("more levels", good.with_bytes(LMS_SIGNATURE, struct.pack(">I", 1))),
                ("leaf 32 of 32", good.with_bytes(LMS_SIGNATURE + 4, struct.pack(">I", 32))),
                ("leaf 2^32 - 1", good.with_bytes(LMS_SIGNATURE + 4, b"\xff" * 4)),
                ("W8 of a W4 key", good.with_bytes(ots, struct.pack(">I", 4))),
                ("unknown one-time kind", good.with_bytes(ots, bytes(4))),
                ("H10 of an H5 key", good.with_bytes(tree, struct.pack(">I", 6))),
                ("unknown tree kind", good.with_bytes(tree, b"\xff" * 4)),
                ("short by one node", good.with_bytes(end - 32, bytes(32))),
                ("a byte too many", good.with_bytes(end, b"\1"))):
            self.check(what, image, LMS)


class Time(SignedWrong):
    def large(self):
        """As large as the load region: 512 KiB in one segment."""
        image = self.good
        for index in range(1, 8):
            image = image.with_segment(index, offset=0, bytes=0, address=0, flags=0)
        image = image.with_fields(segment_count=1, payload_bytes=LOAD_BYTES, vectors=LOAD_BASE).with_segment(
            0, offset=0, bytes=LOAD_BYTES, address=LOAD_BASE, flags=0)
        image.data[MANIFEST_BYTES:] = bytes(range(256)) * (LOAD_BYTES // 256)
        return image

    def refusal_seconds(self, image, code):
        """Processor time of the emulator from power-on to recovery: unlike the clock it does not count other tests."""
        self.device.put_slot("A", image)
        with self.device.power_on(*SLOW_MACHINE) as emulator:
            console = emulator.wait_for(RECOVERY)
        self.assertIn(f"loader: slot A refused: {code} ", console)
        self.assertNotIn("watchdog", console)
        return emulator.cpu_seconds

    def test_a_corrupt_size_or_manifest_costs_at_most_the_hash_of_one_slot(self):
        """Nor does any refusal take as long as the watchdog, on a machine half as fast as the board."""
        large = self.workshop.resign(self.large(), "firmware", "firmware")
        limit = self.refusal_seconds(large, status("IM", 1))
        for field in ("payload_bytes", "segment_count", "segment0.bytes"):
            greatest = self.good.with_fields(**{field.replace(".", "__"): 0xFFFFFFF0})
            with self.case(field):
                self.assertLess(self.refusal_seconds(greatest, P256), limit + 0.5)
        signed = self.workshop.resign(self.good.with_fields(payload_bytes=0xFFFFFFF0), "firmware", "firmware")
        self.assertLess(self.refusal_seconds(signed, SIZE), limit + 0.5)


if __name__ == "__main__":
    unittest.main()
