#!/usr/bin/env python3
"""Runs a program of the non-secure world beside the secure part on the emulated board and shows its console.

    run.py [--shift N] [--qemu PROGRAM] [--timeout SECONDS] two_worlds_secure.elf two_worlds_kernel.elf

The emulator's clock counts instructions, each takes 2^N ns (default 5: about the board's 32 MHz), and idle time costs
none: every run is the same.

The program ends with a reset, at which the emulator ends. Exit status: 0 every promise was kept, 1 not.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile


def qemu_command(arguments, console):
    return [
        arguments.qemu, "-M", "mps3-an524,remap=QSPI", "-global", "sse-200.CPU0_DSP=on",
        "-kernel", os.path.abspath(arguments.secure),
        "-device", f"loader,file={os.path.abspath(arguments.nonsecure)}",
        "-display", "none", "-monitor", "none", "-nic", "none",
        "-chardev", f"file,id=console,path={console}", "-serial", "chardev:console",
        "-no-reboot", "-icount", f"shift={arguments.shift},sleep=off",
    ]


def run(arguments, folder):
    """The console's text, and what went wrong outside the program."""
    console = os.path.join(folder, "console.txt")
    open(console, "wb").close()
    trouble = ""
    qemu = subprocess.Popen(qemu_command(arguments, console), cwd=folder, stdin=subprocess.DEVNULL,
                            stderr=subprocess.PIPE)
    try:
        _, complaints = qemu.communicate(timeout=arguments.timeout)
        if qemu.returncode != 0:
            trouble = f"{complaints.decode('ascii', 'replace')}run.py: the emulator ended with {qemu.returncode}\n"
    except subprocess.TimeoutExpired:
        trouble = f"run.py: the program did not end (time limit {arguments.timeout} s)\n"
    finally:
        qemu.kill()  # this process only
        qemu.communicate()
    with open(console, "rb") as f:
        return f.read().decode("ascii", "replace"), trouble


def is_good(text):
    done = re.findall(r"^DONE (\d+) passed, 0 failed$", text, re.M)
    passed = len(re.findall(r"^PASS ", text, re.M))
    return len(done) == 1 and int(done[0]) == passed and passed > 0 and not re.search(r"^FAIL ", text, re.M)


def main():
    parser = argparse.ArgumentParser(description="Runs a program of the non-secure world on the emulated board.")
    parser.add_argument("secure")
    parser.add_argument("nonsecure")
    parser.add_argument("--shift", type=int, default=5, help="an instruction takes 2^SHIFT ns")
    parser.add_argument("--qemu", default="qemu-system-arm")
    parser.add_argument("--timeout", type=float, default=150.0, help="seconds")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="holdfast-two-worlds-") as folder:
        text, trouble = run(arguments, folder)
    print(text, end="")
    print(trouble, end="")
    return 0 if is_good(text) and not trouble else 1


if __name__ == "__main__":
    sys.exit(main())
