#!/usr/bin/env python3
"""Runs the board self-test on the emulator: twice, before and after the fuses are frozen.

    run.py [--qemu PROGRAM] [--timeout SECONDS] board_selftest.elf

Exit status: 0 every promise was seen to hold, 1 not.
"""
import argparse
import os
import re
import struct
import subprocess
import sys
import tempfile
import time

FLASH_FILE_OFFSET = 0x10000000  # boards/an524/board.h
FLASH_FILE_BYTES = 0x80000000
FLASH_BYTES = 0x300000
BAD_LIST = FLASH_FILE_OFFSET + 0x301000
OTP_BANK_BYTES = 4096

PLANTED = (0x2E0400, 0x2D0000)  # as in selftest.c
FIRST_RUN_MIN = 57              # promises of each run: a run that ends early must not pass
SECOND_RUN_MIN = 8


def make_board(folder):
    """A blank part: sparse memory file, flash all ones, OTP all zeroes, two unreadable granules."""
    with open(os.path.join(folder, "nvm.bin"), "wb") as nvm:
        nvm.truncate(FLASH_FILE_BYTES)
        nvm.seek(FLASH_FILE_OFFSET)
        nvm.write(b"\xff" * FLASH_BYTES)
        nvm.seek(BAD_LIST)
        nvm.write(struct.pack(f"<I{len(PLANTED)}I", len(PLANTED), *PLANTED))
    for name in ("fuses.bin", "counters.bin"):
        with open(os.path.join(folder, name), "wb") as otp:
            otp.truncate(OTP_BANK_BYTES)


def qemu_command(qemu, elf, fuses_writable):
    return [
        qemu, "-M", "mps3-an524,remap=QSPI,memory-backend=nvm",
        "-object", "memory-backend-file,id=nvm,size=2G,mem-path=nvm.bin,share=on",
        "-global", "sse-200.CPU0_DSP=on",
        "-kernel", elf, "-display", "none", "-monitor", "none",
        "-chardev", "file,id=console,path=console.txt", "-serial", "chardev:console",
        "-chardev", "serial,id=rng,path=/dev/urandom", "-serial", "chardev:rng",
        "-drive", "if=none,id=fuses,file=fuses.bin,format=raw",
        "-device", f"at24c-eeprom,address=0x50,rom-size=4096,drive=fuses,writable={fuses_writable}",
        "-drive", "if=none,id=counters,file=counters.bin,format=raw",
        "-device", "at24c-eeprom,address=0x51,rom-size=4096,drive=counters,writable=true",
        "-nic", "none",
    ]


def run_once(folder, command, timeout):
    """The console's text when the program ends, QEMU ends, or time is up."""
    console = os.path.join(folder, "console.txt")
    open(console, "wb").close()
    complaints = open(os.path.join(folder, "qemu.txt"), "w+")  # among them one about the unused network: shown on failure
    qemu = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stderr=complaints)
    try:
        end = time.monotonic() + timeout
        while time.monotonic() < end and qemu.poll() is None:
            with open(console, "rb") as f:
                text = f.read().decode("ascii", "replace")
            if re.search(r"^DONE .*\n", text, re.M):
                return text
            time.sleep(0.05)
    finally:
        qemu.kill()  # this process only
        qemu.wait()
    complaints.seek(0)
    with open(console, "rb") as f:
        text = f.read().decode("ascii", "replace")
    return f"{text}\n{complaints.read()}run.py: the program did not end (time limit {timeout} s)\n"


def run_is_good(text, at_least):
    passed = len(re.findall(r"^PASS ", text, re.M))
    failed = len(re.findall(r"^FAIL ", text, re.M))
    return failed == 0 and passed >= at_least and re.search(r"^DONE 0 failed", text, re.M) is not None


def main():
    parser = argparse.ArgumentParser(description="Runs the board self-test on the emulator.")
    parser.add_argument("elf")
    parser.add_argument("--qemu", default="qemu-system-arm")
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds for each of the two runs")
    arguments = parser.parse_args()
    elf = os.path.abspath(arguments.elf)
    good = True
    with tempfile.TemporaryDirectory(prefix="holdfast-board-") as folder:
        make_board(folder)
        for fuses_writable, at_least in (("true", FIRST_RUN_MIN), ("false", SECOND_RUN_MIN)):
            text = run_once(folder, qemu_command(arguments.qemu, elf, fuses_writable), arguments.timeout)
            print(text.replace("\r", ""), end="")
            good = run_is_good(text, at_least) and good
    print("board self-test:", "good" if good else "FAILED")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
