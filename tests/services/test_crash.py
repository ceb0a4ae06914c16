"""The crash record as a firmware engineer reads it: what, where in the ELF file, in a task or in which handler."""
import os
import subprocess
import unittest

from boardtest import BoardTest
from device import TIMELESS_MACHINE
from line import DOES_NOT_EXIST, SUCCESS, Product, crash_record
from workshop import DEVELOPMENT

# hf_device.h
SECURE_FAULT, BUS, MEMORY, USAGE, HARD, WATCHDOG = range(1, 7)
RESET_POWER_ON, RESET_WATCHDOG, RESET_SOFTWARE, RESET_FAULT = range(4)
# Armv8-M Architecture Reference Manual: CFSR; SFSR for secure faults
UNDEFINED, STACK_LIMIT, PROTECTED, PRECISE_BUS = 1 << 16, 1 << 20, 0x82, 0x8200
NO_GATE, NOT_OURS = 1 << 0, 1 << 3
TIMER0_HANDLER = 16 + 3

FIRMWARE_SECURE_BASE = 0x38000000  # boards/an524/firmware_map.h
NOTHING_THERE = 0x48008000  # crasher.c

# In the order of crasher.c: kind, status, what pc lies in (a name in the ELF file, or the pc itself), what lr lies in
# (None: not looked at), touched address (or its name).
WAYS = {
    "undefined_instruction": (USAGE, UNDEFINED, "undefined_instruction", None, None),
    "write_what_the_mpu_protects": (MEMORY, PROTECTED, "write_what_the_mpu_protects", None, "protected_page"),
    "read_where_nothing_is": (BUS, PRECISE_BUS, "read_where_nothing_is", None, NOTHING_THERE),
    "read_secure_memory": (SECURE_FAULT, NOT_OURS, "read_secure_memory", None, None),
    "call_secure_code": (SECURE_FAULT, NO_GATE, FIRMWARE_SECURE_BASE, "call_secure_code", None),
    "call_nothing": (SECURE_FAULT, NO_GATE, 0, "call_nothing", None),
    "overflow_the_stack": (USAGE, STACK_LIMIT, "grow_beyond", "overflow_the_stack", None),
    "overflow_the_stack_to_the_brim": (USAGE, STACK_LIMIT, 0, 0, None),
    "hang": (WATCHDOG, 0, 0, 0, None),
}


def symbols(elf):
    """Name: (address, bytes) of functions and variables."""
    command = ["arm-none-eabi-nm", "--print-size", elf]
    listing = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    rows = [line.split() for line in listing.stdout.splitlines()]
    return {row[3]: (int(row[0], 16), int(row[1], 16)) for row in rows if len(row) == 4}


class Crash(BoardTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        program = os.path.join(DEVELOPMENT, "tests/services/services_crasher.elf")
        cls.symbols = symbols(program)
        cls.device = cls.workshop.device(cls.workshop.loader(), cls.workshop.firmware(program=program))

    def read(self, product):
        answer, body = product.ask("r")
        self.assertEqual(answer, SUCCESS)
        return crash_record(body)

    def check_none(self, product):
        self.assertEqual(product.do("r"), DOES_NOT_EXIST)

    def place(self, address):
        """The function an address lies in, by name, or the address itself when it is in none."""
        for name, (first, size) in self.symbols.items():
            if first <= address & ~1 < first + size:
                return name
        return address

    def check_record(self, crash, way, exception):
        kind, word, pc, lr, address = WAYS[way]
        self.assertEqual((crash.kind, crash.secure, self.place(crash.pc)), (kind, 0, pc), crash)
        self.assertEqual(crash.status & word, word, crash)
        if lr is not None:
            self.assertEqual(self.place(crash.lr), lr, crash)
        if address:
            expected = self.symbols[address][0] if isinstance(address, str) else address
            self.assertEqual((crash.address_valid, crash.address), (1, expected), crash)
        self.assertEqual(crash.exception, exception if pc or lr else 0, crash)

    def check_all(self, product, context, exception):
        counted = 0
        for number, way in enumerate(WAYS):
            with self.case(f"{way}, exception {exception}"):
                product.restart_by(context, number)
                self.assertEqual(product.greeting.reset_cause, RESET_WATCHDOG if way == "hang" else RESET_FAULT)
                crash = self.read(product)
                self.check_record(crash, way, exception)
                counted += 1
                self.assertEqual(crash.count, counted)

    def test_says_what_and_where_for_every_kind_in_a_task(self):
        with Product(self.device, *TIMELESS_MACHINE) as product:
            self.check_none(product)
            self.check_all(product, "t", 0)

    def test_says_what_and_where_for_every_kind_in_a_handler(self):
        with Product(self.device, *TIMELESS_MACHINE) as product:
            self.check_none(product)
            self.check_all(product, "h", TIMER0_HANDLER)

    def test_is_kept_until_it_is_cleared_and_the_count_goes_on(self):
        with Product(self.device) as product:
            self.assertEqual(product.greeting.reset_cause, RESET_POWER_ON)
            product.restart_by("t", 0)
            first = self.read(product)
            for _ in range(2):
                product.restart_by("d")
                self.assertEqual(product.greeting.reset_cause, RESET_SOFTWARE)
                self.assertEqual(self.read(product), first)
            for _ in range(2):
                self.assertEqual(product.do("c"), SUCCESS)
                self.check_none(product)
            product.restart_by("d")
            self.check_none(product)
            product.restart_by("h", 2)
            self.assertEqual(self.read(product).count, 2)

    def test_is_gone_with_the_power(self):
        with Product(self.device) as product:
            product.restart_by("t", 0)
            self.assertEqual(self.read(product).count, 1)
        with Product(self.device) as product:
            self.check_none(product)
            product.restart_by("t", 0)
            self.assertEqual(self.read(product).count, 1)


if __name__ == "__main__":
    unittest.main()
