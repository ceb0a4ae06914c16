"""Firmware updates itself through psa/update.h, on the board; the host decides what it does, and looks at the flash."""
import os
import random
import time
import unittest

from boardtest import BoardTest
from device import FLASH_BYTES, LOADER, LOADER_BYTES, SLOT, SLOT_BYTES, TIMELESS_MACHINE
from image import FIELDS, GOOD, MANIFEST_BYTES, status
from line import (BAD_STATE, DEPENDENCY_NEEDED, INSUFFICIENT_DATA, INVALID_ARGUMENT, INVALID_SIGNATURE, NOT_PERMITTED,
                  NOT_SUPPORTED, SUCCESS, SUCCESS_REBOOT, Product, component)
from workshop import DEVELOPMENT

# psa/update.h
READY, WRITING, CANDIDATE, STAGED, FAILED, TRIAL, REJECTED = range(7)
NONE, CONFIRMED, REVERTED = range(3)
BLOCK = 4096

A, B = 0, 1
JOB = b"AFR_OTA-test_1." + b"j" * 49  # 64 characters, the most there can be
SEED = 20261122


def code(area, number):
    """A status word as psa_fwu_query() has it."""
    return int(status(area, number), 16)


class Update(BoardTest):
    keys = ("root", "firmware", "stranger")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = os.path.join(DEVELOPMENT, "tests/services/services_updater.elf")
        cls.old = cls.firmware("1.0.0")
        cls.new = cls.firmware("1.1.0")
        cls.device = cls.workshop.device(cls.workshop.loader(), cls.old)
        cls.device.save()

    @classmethod
    def firmware(cls, version, security_version=1, **more):
        return cls.workshop.firmware(version, security_version, program=cls.program, **more)

    def setUp(self):
        self.addCleanup(self.device.restore)
        self.dice = random.Random(SEED)
        self.untouchable = self.what_no_update_may_touch("A")

    # ---- what the test looks at itself ----

    def what_no_update_may_touch(self, running):
        loaders = [self.device.read_flash(at, LOADER_BYTES) for at in LOADER]
        return loaders, self.device.read_flash(SLOT[running], SLOT_BYTES)

    def check_untouched(self, running="A"):
        now = self.what_no_update_may_touch(running)
        self.assertTrue(now == self.untouchable, f"loaders or slot {running} were written")

    def all_flash(self):
        return self.device.read_flash(0, FLASH_BYTES)

    # ---- what a product does ----

    def query(self, product):
        answer, body = product.ask("q")
        self.assertEqual(answer, SUCCESS)
        return component(body)

    def check_state(self, product, state, **more):
        info = self.query(product)
        for name, value in {"state": state, **more}.items():
            self.assertEqual(getattr(info, name), value, f"{name} of {info}")

    def check_done(self, product, what, number=0, body=b"", answer=SUCCESS):
        self.assertEqual(product.do(what, number, body), answer, f"request {what} {number}")

    def pieces(self, image, first=0, size=BLOCK):
        """(offset, bytes) of the file in pieces, shuffled, a quarter of them twice."""
        data = bytes(image.data).ljust(-(-len(image.data) // BLOCK) * BLOCK, b"\xff")
        pieces = [(at, data[at:at + size]) for at in range(first, len(data), size)]
        pieces += self.dice.sample(pieces, len(pieces) // 4)
        self.dice.shuffle(pieces)
        return pieces

    def write_all(self, product, pieces):
        for at, data in pieces:
            self.check_done(product, "w", at, data)

    def download(self, product, image):
        self.check_done(product, "s")
        self.write_all(product, self.pieces(image))
        self.check_done(product, "f")

    def install(self, product, job=JOB):
        self.check_state(product, CANDIDATE, reason=GOOD)
        self.check_done(product, "i", body=job, answer=SUCCESS_REBOOT)
        self.check_state(product, STAGED)

    def check_runs(self, product, image, slot, trial):
        """The greeting is of this image."""
        is_now = product.greeting
        self.assertEqual((is_now.major, is_now.minor, is_now.patch, is_now.slot, is_now.trial),
                         (*(image.get(f"version.{part}") for part in ("major", "minor", "patch")), slot, trial))
        offset, size = FIELDS["payload_sha256"]
        self.assertEqual(is_now.measurement, image.data[offset:offset + size])

    def check_outcome_is_told_once(self, product, outcome, job=JOB):
        """Until somebody was told, and through restarts."""
        for _ in range(2):
            info = self.query(product)
            self.assertEqual((info.outcome, info.job.rstrip(b"\0")), (outcome, job))
            product.restart_by("d")
        for _ in range(2):
            self.check_done(product, "t")
            self.assertEqual(self.query(product).outcome, NONE)
            product.restart_by("d")
            self.assertEqual(self.query(product).outcome, NONE)


class Good(Update):
    def test_an_update_and_one_back_to_the_first_slot(self):
        newer = self.firmware("1.2.0", 3)
        with Product(self.device) as product:
            self.check_runs(product, self.old, A, 0)
            self.download(product, self.new)
            self.install(product)
            product.restart_by("b")
            product.emulator.wait_for("updater: on trial")
            self.check_runs(product, self.new, B, 1)
            self.check_state(product, TRIAL, candidate_major=1, candidate_minor=0, outcome=NONE)
            self.check_done(product, "s", answer=BAD_STATE)
            self.check_done(product, "a")
            self.check_state(product, READY, major=1, minor=1)
            self.check_outcome_is_told_once(product, CONFIRMED)
            self.check_runs(product, self.new, B, 0)
            self.check_untouched()

            self.untouchable = self.what_no_update_may_touch("B")
            self.check_done(product, "s", body=newer.data[:MANIFEST_BYTES])
            self.write_all(product, self.pieces(newer, MANIFEST_BYTES))
            self.check_done(product, "f")
            self.check_done(product, "i", answer=SUCCESS_REBOOT)
            product.restart_by("b")
            self.check_runs(product, newer, A, 1)
            self.check_done(product, "a")
            self.check_outcome_is_told_once(product, CONFIRMED, job=b"")
            self.check_runs(product, newer, A, 0)
            self.check_untouched("B")
        journal = self.workshop.journal(self.device)
        self.assertEqual((journal["active"], journal["trial"], journal["outcome"]), ("A", "none", "none"))
        self.assertEqual(self.workshop.counter(self.device, "firmware"), 3)

    def test_a_download_goes_on_after_each_power_cut(self):
        with Product(self.device) as product:
            self.check_done(product, "s", body=self.new.data[:MANIFEST_BYTES])
        pieces = self.pieces(self.new, MANIFEST_BYTES)
        cuts = sorted(self.dice.sample(range(1, len(pieces) - 1), 3))
        done = 0
        for cut in cuts:
            with Product(self.device) as product:
                self.check_state(product, WRITING)
                self.write_all(product, pieces[done:cut])
                product.send("w", *pieces[cut])
                time.sleep(self.dice.uniform(0, 0.02))  # somewhere in the transfer, the erase or the write
                product.power_off()
            done = cut
        with Product(self.device) as product:
            self.check_state(product, WRITING)
            self.check_done(product, "f", answer=INSUFFICIENT_DATA)
            self.write_all(product, pieces[done:])
            self.check_done(product, "f")
            self.check_done(product, "i", body=JOB, answer=SUCCESS_REBOOT)
            product.restart_by("b")
            self.check_runs(product, self.new, B, 1)
            self.check_done(product, "a")
            self.check_outcome_is_told_once(product, CONFIRMED)
        self.check_untouched()


class GivenUp(Update):
    is_downloaded = False

    def setUp(self):
        """One download for all: what comes after it differs."""
        super().setUp()
        if not self.is_downloaded:
            with Product(self.device) as product:
                self.download(product, self.new)
            self.device.save()
            type(self).is_downloaded = True

    def check_given_up(self, product, why):
        """The old firmware runs, knows what became of the job and why, and is ready for another one."""
        self.check_runs(product, self.old, A, 0)
        self.check_state(product, FAILED, reason=why)
        self.check_outcome_is_told_once(product, REVERTED)
        self.check_done(product, "s")
        self.check_state(product, WRITING)
        self.check_untouched()

    def test_an_update_that_rejects_itself(self):
        with Product(self.device) as product:
            self.install(product)
            product.restart_by("b")
            self.check_runs(product, self.new, B, 1)
            self.check_done(product, "r", answer=SUCCESS_REBOOT)
            self.check_state(product, REJECTED)
            self.check_done(product, "a", answer=BAD_STATE)
            product.restart_by("b")
            self.check_given_up(product, code("BT", 5))

    def test_an_update_that_stays_silent(self):
        with Product(self.device, *TIMELESS_MACHINE) as product:
            self.install(product)
            product.restart_by("b")
            for left in (2, 1, 0):
                self.check_runs(product, self.new, B, 1)
                self.assertEqual(product.greeting.tries_left, left)
                product.restart_by("z")
            self.check_given_up(product, code("BT", 4))

    def test_an_update_that_is_withdrawn_before_its_trial(self):
        with Product(self.device) as product:
            self.install(product)
            self.check_done(product, "r")
            self.check_state(product, FAILED)
            product.restart_by("b")
            self.check_runs(product, self.old, A, 0)
            self.check_state(product, FAILED)
        self.check_untouched()


class Refused(Update):
    def test_what_would_be_refused_is_not_downloaded_at_all(self):
        self.device.put_slot("A", self.firmware("1.0.0", 2))
        self.device.set_counter("firmware", 2)
        self.untouchable = self.what_no_update_may_touch("A")
        new = self.firmware("1.1.0", 2)
        other_product = self.workshop.resign(new.with_bytes(16, b"demo2"), "firmware", "firmware")
        later_board = self.workshop.resign(new.with_fields(hardware_min=4), "firmware", "firmware")
        newer_loader = self.workshop.resign(new.with_fields(loader_min__major=2), "firmware", "firmware")
        with Product(self.device) as product:
            before = self.all_flash()
            for what, image, answer, why in (
                    ("downgrade", self.new, NOT_PERMITTED, code("MF", 7)),
                    ("other product", other_product, NOT_SUPPORTED, code("MF", 5)),
                    ("later board", later_board, NOT_SUPPORTED, code("MF", 6)),
                    ("newer loader", newer_loader, DEPENDENCY_NEEDED, code("MF", 13)),
                    ("stranger's key", self.firmware("1.1.0", 2, key="stranger"), INVALID_SIGNATURE, code("SG", 1)),
                    ("changed version", new.flipped(FIELDS["version.minor"][0]), INVALID_SIGNATURE, code("SG", 2)),
                    ("changed P-256 signature", new.flipped(1030), INVALID_SIGNATURE, code("SG", 2)),
                    ("changed LMS signature", new.flipped(2000), INVALID_SIGNATURE, code("SG", 4)),
                    ("nothing", new.with_bytes(0, b"\xff" * MANIFEST_BYTES), NOT_SUPPORTED, code("MF", 1))):
                with self.case(what):
                    self.check_done(product, "s", body=image.data[:MANIFEST_BYTES], answer=answer)
                    self.check_state(product, READY, reason=why)
            self.check_done(product, "s", body=new.data[:BLOCK - 16], answer=INVALID_ARGUMENT)
            self.assertTrue(self.all_flash() == before, "flash was written")
            self.check_done(product, "s", body=new.data[:MANIFEST_BYTES])
            self.check_state(product, WRITING, reason=GOOD)
        self.check_untouched()

    def test_a_changed_payload_is_found_at_the_end_and_can_be_put_right(self):
        """The changed block is written once more, not the whole image. Comes in small pieces, some across blocks."""
        tampered = self.new.flipped(len(self.new.data) - 1)
        last = (len(self.new.data) - 1) // BLOCK * BLOCK
        with Product(self.device) as product:
            self.check_done(product, "s")
            self.write_all(product, self.pieces(tampered, size=1040))
            self.check_done(product, "f", answer=INVALID_SIGNATURE)
            self.check_state(product, WRITING, reason=code("IM", 1))
            self.check_done(product, "i", body=JOB, answer=BAD_STATE)
            self.check_done(product, "w", last, bytes(self.new.data[last:]).ljust(BLOCK, b"\xff"))
            self.check_done(product, "f")
            self.check_state(product, CANDIDATE, reason=GOOD)
        written = self.device.read_flash(SLOT["B"], len(self.new.data))
        self.assertTrue(written == self.new.data, "slot B holds another image")
        self.check_untouched()


if __name__ == "__main__":
    unittest.main()
