#!/usr/bin/env python3
"""Runs a test program of the kernel on the emulated board and shows its console.

    run_board.py [--nonsecure ELF] [--shift N | --real-time] [--qemu PROGRAM] [--timeout SECONDS] ELF

ELF is what the board starts with, in the secure world; --nonsecure: a program for the other world, loaded beside it.

The emulator's clock counts instructions, each takes 2^N ns (5: a tick has 31,250, about the board's 32 MHz), and idle time
costs none: every run is the same. --real-time: its clock is the host's, and interrupts come anywhere; promises that spin for
ticks (test_spin) cannot be kept then, because the emulated processor is faster than its clock says.

The program ends with a reset, at which the emulator ends. Exit status: 0 every promise was kept, 1 not.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile


def qemu_command(arguments, console):
    command = [
        arguments.qemu, "-M", "mps3-an524,remap=QSPI", "-global", "sse-200.CPU0_DSP=on",
        "-kernel", os.path.abspath(arguments.elf), "-display", "none", "-monitor", "none", "-nic", "none",
        "-chardev", f"file,id=console,path={console}", "-serial", "chardev:console", "-no-reboot",
    ]
    if arguments.nonsecure:
        command += ["-device", f"loader,file={os.path.abspath(arguments.nonsecure)}"]
    if not arguments.real_time:
        command += ["-icount", f"shift={arguments.shift},sleep=off"]
    return command


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
            trouble = f"{complaints.decode('ascii', 'replace')}run_board.py: the emulator ended with {qemu.returncode}\n"
    except subprocess.TimeoutExpired:
        trouble = f"run_board.py: the program did not end (time limit {arguments.timeout} s)\n"
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
    parser = argparse.ArgumentParser(description="Runs a test program of the kernel on the emulated board.")
    parser.add_argument("elf")
    parser.add_argument("--nonsecure", metavar="ELF", help="program of the non-secure world")
    parser.add_argument("--shift", type=int, default=5, help="an instruction takes 2^SHIFT ns")
    parser.add_argument("--real-time", action="store_true", help="the board's clock is the host's")
    parser.add_argument("--qemu", default="qemu-system-arm")
    parser.add_argument("--timeout", type=float, default=150.0, help="seconds")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="holdfast-kernel-") as folder:
        text, trouble = run(arguments, folder)
    print(text, end="")
    print(trouble, end="")
    return 0 if is_good(text) and not trouble else 1


if __name__ == "__main__":
    sys.exit(main())
