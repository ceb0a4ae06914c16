"""A device whose memory is looked at, all of it, just before the secure world hands over to the other one."""
import os

from gdb import Debugged
from trace import Program
from workshop import DEVELOPMENT

# boards/an524/board.h, firmware_map.h. All the RAM of the machine; flash is a file, and looked at as one.
SECURE = {"SRAM": (0x30000000, 0x20000), "secure BRAM": (0x38000000, 0x20000)}
NONSECURE = {"non-secure BRAM": (0x28020000, 0x60000)}
REGISTERS = 15  # r0-r12, sp, lr; firmware is built without floating point
CALL_SECONDS = 30


class SecurePart:
    """Where the secure part of firmware hands over: the last instruction it executes. There is one such place for the start of
    the other world and one for all answers, or this test would not see all."""

    def __init__(self):
        self.program = Program(os.path.join(DEVELOPMENT, "secure/firmware_secure.elf"))
        self.start, self.answer = self.only("blxns"), self.only("bxns")

    def only(self, instruction):
        places = [at for at, (_, text) in self.program.instructions.items() if text.split()[0] == instruction]
        assert len(places) == 1, f"{instruction} at {[hex(at) for at in places]}"
        return places[0]


class Look:
    """All memory and registers at one moment. `memory`: {name: bytes}."""

    def __init__(self, what, memory):
        self.what, self.memory = what, memory

    def at(self, address, size):
        """Bytes of memory, by the address the program sees them at."""
        for name, (base, length) in (SECURE | NONSECURE).items():
            if base <= address and address + size <= base + length:
                return self.memory[name][address - base:address - base + size]
        raise AssertionError(f"no memory at {address:#x}")


class Watched(Debugged):
    """noise: a file, of which the noise source reads instead of the machine's."""

    def __init__(self, device, folder, noise):
        self.dump = os.path.join(folder, "dump.bin")
        super().__init__(device, ("-set", f"chardev.rng.path={noise}"))

    def run_to(self, address):
        """To the next time it is about to execute that instruction."""
        if self.program_counter() == address:
            self.step()
        self.stop_at(address)
        reached = self.go_on(CALL_SECONDS)
        if reached != address:
            self.fail_waiting(f"stopped at {reached and hex(reached)}, not at {address:#x}")
        self.do_not_stop_at(address)

    def look(self, what):
        """To be called while the secure world has the processor: the memory is read with its eyes."""
        memory = {name: self.read(*place) for name, place in (SECURE | NONSECURE).items()}
        memory["registers"] = b"".join(self.register(i).to_bytes(4, "little") for i in range(REGISTERS))
        return Look(what, memory)

    def read(self, address, size):
        said = self.monitor(f'memsave {address:#x} {size:#x} "{self.dump}"')
        with open(self.dump, "rb") as file:
            data = file.read()
        os.remove(self.dump)
        if said.strip() or len(data) != size:
            raise AssertionError(f"memory at {address:#x}: {said}")
        return data
