#!/usr/bin/env python3
"""No single skipped instruction makes the ROM run a loader that it must refuse (threat T12).

skip_sweep.py [--full] [--only SCENARIO] [--seconds N]. The shipped ROM boots on the emulated board from flash that an attacker
has filled. What it executes outside the arithmetic of the signatures is recorded; then it boots once for each place in that
record with exactly that instruction doing nothing. Whatever happens but a jump to the next stage is a refusal.

The programs are said by the environment, as for tests/system.
"""
import argparse
import hashlib
import os
import random
import signal
import struct
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "system")]

import trace as tracing  # noqa: E402  pylint: disable=wrong-import-position
from device import COUNTER, LOADER, POLICY, RETIRED_MARK  # noqa: E402
from gdb import Debugged  # noqa: E402
from image import Image, LMS_SIGNATURE, MANIFEST_BYTES, P256_SIGNATURE  # noqa: E402
from run import children  # noqa: E402
from workshop import DEVELOPMENT, PRODUCT, Workshop  # noqa: E402

MANIFEST_AT = 0x30008000  # BOARD_LOADER_MANIFEST_BASE
RETAINED_AT, RETAINED_BYTES = 0x30000000, 0x100  # BOARD_RETAINED_BASE: reset cause, attempts
P256_ONLY, LMS_ONLY = 0x59C3356C, 0xA63C69CA
MARK = 0xA5A5A5A5
UNLOCK_MASK = 0x9D2C5680
CODE_AT = MANIFEST_AT + 0xC00  # the attacker's, in an unsigned manifest
HANG_SECONDS = 1.0  # at least, without any stop, until a boot counts as hung
SEED = 1

# Functions in which a single skip is known to be enough: {(scenario, function): why it cannot be helped yet}.
KNOWN_BYPASSES = {}


# ---- What the attacker puts into the device ----

def unsigned(entry, vectors, address):
    """A loader of no key, its payload to be loaded to `address`; over the signatures a vector table and code, for an
    attacker who gets only the manifest into RAM."""
    payload = struct.pack("<II", 0x30020000, entry) + b"\xfe\xe7" * 60
    image = Image(bytes(MANIFEST_BYTES) + payload)
    image = image.with_fields(magic=0x314D4648, format=1, kind=0x52444C48, version__major=65535, payload_bytes=len(payload),
                              entry=entry, vectors=vectors, segment_count=1,
                              security_version=0x7FFFFFFF, hardware_max=0xFFFFFFFF)
    image = image.with_bytes(16, PRODUCT.encode()).with_bytes(72, hashlib.sha256(payload).digest()).with_segment(0, bytes=len(payload), address=address)
    table = struct.pack("<16I", 0x30020000, *[CODE_AT | 1] * 15)
    return image.with_bytes(0x800, table).with_bytes(0xC00, b"\xfe\xe7")


def both(device, image):
    for copy in (0, 1):
        device.put_loader(copy, image)


def changed(genuine):
    """The genuine loader with another payload and its right hash: all fields hold, both signatures are wrong."""
    image = genuine.flipped(MANIFEST_BYTES + 300)
    return image.with_bytes(72, hashlib.sha256(image.data[MANIFEST_BYTES:MANIFEST_BYTES + image.get("payload_bytes")]).digest())


class Scenarios:
    """name: a function that fills the device. The device is back as the factory made it before each."""

    def __init__(self):
        self.desk = Workshop()
        for key in ("root", "firmware", "stranger"):
            self.desk.key(key)
        self.genuine = self.desk.loader(security_version=3)
        self.device = self.desk.device(self.genuine, self.desk.firmware())
        self.device.save()

    def unsigned(self):
        both(self.device, unsigned(0x3001FBAD, 0x3001FB80, 0x3001FB80))

    def unsigned_entry_zero(self):
        """The entry is what the ROM's variable holds before anything was verified; a fault there finds the attacker's table."""
        both(self.device, unsigned(0, MANIFEST_AT + 0x800, 0x30009000))

    def unsigned_second(self):
        """The first copy is genuine but for its payload, so the variable holds its entry, one turn short, when the second is read."""
        self.device.put_loader(0, unsigned(self.genuine.get("entry") ^ UNLOCK_MASK ^ rotate_left(UNLOCK_MASK, 31),
                                           MANIFEST_AT + 0x800, 0x30009000).with_fields(version__major=0))
        self.device.put_loader(1, self.genuine.flipped(MANIFEST_BYTES + 300))

    def stranger(self):
        both(self.device, self.desk.loader(security_version=3, key="stranger"))

    def wrong_signatures(self):
        both(self.device, changed(self.genuine))

    def payload(self):
        """The genuine manifest before another payload, whose hash begins like the right one: 256 tries for the attacker."""
        right = bytes(self.genuine.data[72:104])
        size = self.genuine.get("payload_bytes")
        for number in range(1 << 16):
            image = self.genuine.with_bytes(MANIFEST_BYTES + 300, struct.pack("<I", number))
            if hashlib.sha256(image.data[MANIFEST_BYTES:MANIFEST_BYTES + size]).digest()[0] == right[0] and image.data != self.genuine.data:
                return both(self.device, image)
        raise AssertionError("no such payload")

    def rolled_back(self):
        both(self.device, self.genuine)
        self.device.set_counter("loader", 4)

    def retired(self):
        both(self.device, self.genuine)
        self.device.set_fuse(RETIRED_MARK, MARK)

    def p256_only(self):
        both(self.device, changed(self.genuine))
        self.device.set_fuse(POLICY, P256_ONLY)

    def lms_only(self):
        both(self.device, changed(self.genuine))
        self.device.set_fuse(POLICY, LMS_ONLY)


def rotate_left(value, by):
    return (value << by | value >> (32 - by)) & 0xFFFFFFFF


SCENARIOS = ("unsigned", "unsigned_entry_zero", "unsigned_second", "payload", "rolled_back", "stranger", "retired", "wrong_signatures",
             "p256_only", "lms_only")


# ---- Faults ----

class Sweep:
    """One emulator, many boots."""

    def __init__(self, device, program):
        self.device, self.program = device, program
        self.jump, self.refusal = program.address["board_start_stage"], program.address["uart_init"]
        # From all of these nothing but a reset follows, and that boot has no fault any more.
        self.ends = {self.jump, self.refusal, program.address["reset_system"], program.address["stage_halt"],
                     program.address["fault_give_up"], CODE_AT}
        self.arithmetic = {program.address["p256_ecdsa_recompute_r"]: 32, program.address["lms_recompute_root"]: 32}
        self.known = {}  # what the arithmetic came to, by all that went in
        self.debugged = None
        self.hang_seconds = HANG_SECONDS

    def __enter__(self):
        self.debugged = Debugged(self.device)
        for address in (*self.ends, *self.arithmetic):
            self.debugged.stop_at(address)
        return self

    def __exit__(self, *_):
        self.debugged.power_off()

    def reset(self):
        """As if by the watchdog: RAM keeps the image refused the last time. But always the first attempt."""
        self.debugged.reset()
        self.debugged.write_memory(RETAINED_AT, "00" * RETAINED_BYTES)

    def boot(self):
        """Without a fault: where it ends."""
        self.reset()
        begun = time.monotonic()
        end = self.go_on(20)
        self.hang_seconds = max(HANG_SECONDS, 8 * (time.monotonic() - begun))
        return end

    def boot_skipping(self, place):
        """(was the instruction reached and skipped, where the boot ended, None for nowhere)."""
        d = self.debugged
        self.reset()
        end = self.reach(place.call, place.calls) if place.call != place.address else None
        if end is None:
            end = self.reach(place.address, place.count)
        if end is not None:
            return False, end
        d.skip(place.address, self.program.instructions[place.address][0])
        end = d.program_counter()
        return True, end if end in self.ends else self.go_on(self.hang_seconds)

    def go_on(self, seconds):
        """As Debugged.go_on(), but arithmetic that was seen before is not done again: most of the time of a boot."""
        d = self.debugged
        while (at := d.go_on(seconds)) in self.arithmetic:
            if not self.remember(at):
                d.step()
        return at

    def remember(self, function):
        """About to execute it: does as if it had returned what it did the last time. False when that is not known."""
        d = self.debugged
        registers = [d.register(number) for number in range(4)]
        back, stack = d.register(14) & ~1, d.register(13)
        size = self.arithmetic[function]
        # Its whole input lies in the manifest, in what these registers point to and on the stack.
        inputs = (function, *registers, d.memory(MANIFEST_AT, MANIFEST_BYTES), d.memory(registers[2], 32), d.memory(stack, 8))
        if inputs not in self.known:
            if self.program.function(back)[0] not in ("p256_violation", "lms_violation"):
                return False
            d.stop_at(back)
            d.step()
            returned = d.go_on(20) == back and d.register(13) == stack
            d.do_not_stop_at(back)
            if not returned:
                raise AssertionError("the arithmetic does not return")
            self.known[inputs] = (d.register(0), d.memory(registers[0], size))
            return True
        status, output = self.known[inputs]
        d.write_memory(registers[0], output)
        d.set_register(0, status)
        d.set_register(15, back)
        return True

    def reach(self, address, times):
        """Runs until about to execute the address for that time. None, or where it ended instead."""
        d = self.debugged
        d.stop_at(address)
        try:
            for _ in range(times):
                at = d.program_counter()
                if at in self.ends:
                    return at
                if at == address:
                    d.step()  # else it would not move
                    at = d.program_counter()
                if at != address:
                    at = self.go_on(self.hang_seconds)
                if at != address:
                    return at or 0
            return None
        finally:
            d.do_not_stop_at(address)


def record(device, program):
    """The addresses that a boot executes up to the end of what the ROM has to say."""
    log = device.path("trace.log")
    with device.power_on(*tracing.options(program, log)) as emulator:
        emulator.wait_for("\n", timeout=60)
    with open(log, encoding="ascii") as file:
        return tracing.read(file)


def sweep(name, device, program, seconds, full):
    """Prints what came out; the bypasses, as Places."""
    begun = time.monotonic()
    trace = record(device, program)
    uart = program.address["uart_init"]
    trace = trace[:trace.index(uart) + 1]
    with Sweep(device, program) as one:
        if one.boot() != one.refusal:
            raise AssertionError(f"{name}: not refused without any fault: nothing to be learnt")
        places, addresses, deep = tracing.places(program, trace, one.ends)
        if not full:
            random.Random(SEED).shuffle(places)  # what time does not allow is left out everywhere alike
            places.sort(key=lambda place: not is_branch(program, place))  # but not the branches
        skips, missed, hung, bypasses = 0, 0, 0, []
        for place in places:
            if not full and time.monotonic() - begun > seconds:
                break
            skipped, end = one.boot_skipping(place)
            skips += skipped
            missed += not skipped
            hung += skipped and end is None
            if end in (one.jump, CODE_AT):
                vectors, entry = one.debugged.register(0), one.debugged.register(1)
                bypasses.append(place)
                one.debugged.step()
                ran = CODE_AT in (end, one.go_on(one.hang_seconds))
                print(f"{name}: BYPASS {program.describe(place.address)}, called from {program.describe(place.call)}, call "
                      f"{place.calls}, time {place.count}: jump with vectors {vectors:#x}, entry {entry:#x}"
                      f"{'; the code in the manifest runs' if ran else ''}", flush=True)
    tried = skips + missed
    print(f"{name}: {len(trace)} instructions traced, {addresses} addresses, {len(places)} places; {skips} skips, {hung} hung, "
          f"{len(bypasses)} bypasses; left out: {len(places) - tried} for time, {deep} deep in loops, {missed} not reached "
          f"again; {time.monotonic() - begun:.0f} s", flush=True)
    if skips < 20 or missed > skips:
        raise AssertionError(f"{name}: hardly anything was skipped")
    return bypasses


def is_branch(program, place):
    return program.instructions[place.address][1].split()[0].startswith(("b", "cb", "pop", "cmp", "it", "ldmia"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--full", action="store_true", help="every place of every scenario, however long it takes")
    parser.add_argument("--only", choices=SCENARIOS, action="append")
    parser.add_argument("--seconds", type=float, default=100, help="for all scenarios together, without --full")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    program = tracing.Program(os.path.join(DEVELOPMENT, "boot/rom.elf"))
    wrong = []
    scenarios = Scenarios()
    try:
        names = arguments.only or SCENARIOS
        for name in names:
            scenarios.device.restore()
            getattr(scenarios, name)()
            for place in sweep(name, scenarios.device, program, arguments.seconds / len(names), arguments.full):
                if (name, program.function(place.address)[0]) not in KNOWN_BYPASSES:
                    wrong.append(place)
    finally:
        scenarios.desk.close()
    left = children()
    if left:
        print("FAILED: left running:", *left, file=sys.stderr)
    return 1 if wrong or left else 0


if __name__ == "__main__":
    sys.exit(main())
