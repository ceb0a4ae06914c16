"""Loaders that are rightly signed and still not for this device: the ROM prints one code and boots nothing."""
import unittest

from boardtest import BoardTest
from device import POLICY
from image import LMS_SIGNATURE, MANIFEST_BYTES, P256_SIGNATURE, status
from workshop import Refused

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
LOAD_BASE = 0x30009000

TILING, ADDRESS, ENTRY, RESERVED = status("MF", 9), status("MF", 10), status("MF", 12), status("MF", 4)
P256_KEY, P256, LMS_KEY, LMS = (status("SG", number) for number in (1, 2, 3, 4))


class SignedWrongLoader(BoardTest):
    keys = ("root", "spare", "firmware", "stranger")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.loader = cls.workshop.loader()
        cls.firmware = cls.workshop.firmware()
        cls.device = cls.workshop.device(cls.loader, cls.firmware, roots=("root", "spare"))
        cls.device.save()

    def setUp(self):
        self.addCleanup(self.device.restore)

    def check(self, what, image, code):
        """The image in both copies: the ROM says the code, and that is all that is ever said."""
        with self.case(what):
            for copy in (0, 1):
                self.device.put_loader(copy, image)
            self.assertEqual(self.device.console("\n"), f"ROM {code}\n")

    def check_signed(self, what, image, code):
        self.check(what, self.workshop.resign(image, "root", "root"), code)


class Fields(SignedWrongLoader):
    def test_fields(self):
        good = self.loader
        for what, image, code in (
                ("other product", good.with_bytes(16, b"demo2"), status("MF", 5)),
                ("for later hardware", good.with_fields(hardware_min=4), status("MF", 6)),
                ("for earlier hardware", good.with_fields(hardware_max=2), status("MF", 6)),
                ("firmware in a loader copy", good.with_fields(kind=0x52574648), status("MF", 3)),
                ("format of the future", good.with_fields(format=2), status("MF", 2)),
                ("wants a loader", good.with_fields(loader_min__patch=1), RESERVED),
                ("reserved bytes", good.with_bytes(1023, b"\1"), RESERVED),
                ("revokes a fifth root", good.with_fields(revoke_root_lms=16), RESERVED),
                ("more than the copy holds", good.with_fields(payload_bytes=0x10000 - MANIFEST_BYTES + 16), status("MF", 8)),
                ("no segments", good.with_fields(segment_count=0), TILING),
                ("into the ROM", good.with_segment(0, address=0x10000000), ADDRESS),
                ("over its own manifest", good.with_segment(0, address=LOAD_BASE - 0x1000), ADDRESS),
                ("over the ROM's stack", good.with_segment(0, address=0x30000400), ADDRESS),
                ("over its own stack", good.with_segment(0, address=0x30011000), ADDRESS),
                ("end of the address space", good.with_segment(0, address=0xFFFFFFF0), ADDRESS),
                ("even entry", good.with_fields(entry=good.get("entry") & ~1), ENTRY),
                ("entry in the ROM", good.with_fields(entry=0x10000101), ENTRY),
                ("entry behind its end", good.with_fields(entry=LOAD_BASE + good.get("segment0.bytes") + 1), ENTRY),
                ("vectors in the ROM", good.with_fields(vectors=0x10000000), ENTRY)):
            self.check_signed(what, image, code)


class Counters(SignedWrongLoader):
    def test_security_version_below_the_counter_is_refused_and_no_other(self):
        for version, counter in ((0, 0), (0, 1), (1, 1), (0x7FFFFFFF, 0x80000000), (0x80000000, 0x7FFFFFFF),
                                 (0xFFFFFFFE, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF)):
            image = self.workshop.resign(self.loader.with_fields(security_version=version), "root", "root")
            what = f"version {version:#x}, counter {counter:#x}"
            self.device.restore()
            self.device.set_counter("loader", counter)
            if version < counter:
                self.check(what, image, status("MF", 7))
                continue
            with self.case(what):
                for copy in (0, 1):
                    self.device.put_loader(copy, image)
                self.device.console("settled")
                self.assertEqual(self.workshop.counter(self.device, "loader"), version)


class Keys(SignedWrongLoader):
    def test_keys_that_are_not_trusted(self):
        foreign = self.workshop.loader(key="stranger")
        lms_foreign = self.loader.with_key_record("lms", foreign)
        self.check("a stranger's", foreign, P256_KEY)
        self.check("LMS key of a stranger", self.workshop.resign(lms_foreign, "root", "stranger"), LMS_KEY)
        self.check("the firmware key is no root key", self.workshop.loader(key="firmware"), P256_KEY)

    def test_a_revoked_key_is_refused_and_the_spare_one_is_not(self):
        spare = self.workshop.loader("1.0.1", key="spare")
        with self.assertRaises(Refused):  # nothing would boot any more
            self.workshop.holdfast("key", "revoke", "root", "--device", self.device.name)
        self.device.put_loader(1, spare)
        self.workshop.holdfast("key", "revoke", "root", "--device", self.device.name)
        self.device.put_loader(1, self.loader)
        self.assertEqual(self.device.revoked(), {("p256", 0), ("lms", 0)})
        self.check("revoked", self.loader, P256_KEY)
        self.device.put_loader(1, spare)
        self.device.console("settled")

    def test_each_algorithm_is_revoked_by_itself(self):
        for offset, code in ((0, P256_KEY), (16, LMS_KEY)):
            self.device.restore()
            self.device.write("counters.bin", offset, b"\1")  # any bit of a mark counts
            self.check(f"mark at {offset}", self.loader, code)

    def test_one_signature_is_not_enough_when_the_policy_wants_both(self):
        self.check("no P-256", self.loader.with_p256_signature(bytes(64)), P256)
        self.check("no LMS", self.loader.with_lms_signature(b""), LMS)

    def test_an_unknown_policy_boots_nothing(self):
        for word in (0, 1, 0xFFFFFFFF, 0x3C5A96A2):
            self.device.set_fuse(POLICY, word)
            self.check(f"policy {word:#x}", self.loader, status("OT", 4))

    def test_signatures_out_of_range(self):
        good = self.loader
        for number in (0, P256_ORDER, P256_ORDER + 1, 2 ** 256 - 1):
            for part, offset in (("r", 0), ("s", 32)):
                image = good.with_bytes(P256_SIGNATURE + offset, number.to_bytes(32, "big"))
                self.check(f"{part} = {number:#x}", image, P256)
        self.check("LMS leaf 2^32 - 1", good.with_bytes(LMS_SIGNATURE + 4, b"\xff" * 4), LMS)
        self.check("LMS one-time kind", good.with_bytes(LMS_SIGNATURE + 8, bytes(4)), LMS)


if __name__ == "__main__":
    unittest.main()
