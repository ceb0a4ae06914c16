"""What a boot executes, and which places of that are worth a fault."""
import bisect
import re
import subprocess

TOOLS = "arm-none-eabi-"

# Arithmetic of the signatures: hours of trace, and each of its faults is a wrong number, that is, a wrong signature.
ARITHMETIC = re.compile(r"lms_|p256_ecdsa|parameters_of|montgomery|mod_|is_zero|is_less|add$|subtract|load_number|reduce_once|"
                        r"quotient|run$|sha256|store_state")
WITHIN = 48  # repetitions inside one call that are counted off at most


class Program:
    """The functions and instructions of an ELF file."""

    def __init__(self, elf):
        symbols = subprocess.run([TOOLS + "nm", "-n", "-S", elf], capture_output=True, text=True, check=True).stdout
        self.functions = sorted((int(address, 16), int(size, 16), name) for address, size, name in re.findall(
            r"^([0-9a-f]{8}) ([0-9a-f]{8}) [tTW] (\S+)$", symbols, re.M) if name != "vectors")
        self.starts = [start for start, _, _ in self.functions]
        self.address = {name: start for start, _, name in self.functions}
        code = subprocess.run([TOOLS + "objdump", "-d", elf], capture_output=True, text=True, check=True).stdout
        self.instructions = {int(address, 16): (len(words.replace(" ", "")) // 2, " ".join(text.split()))
                             for address, words, text in re.findall(
                                 r"^([0-9a-f]{8}):\t([0-9a-f]{4}(?: [0-9a-f]{4})?) *\t(.*)$", code, re.M)}

    def function(self, address):
        """(name, first address) of the function around it."""
        start, size, name = self.functions[max(0, bisect.bisect_right(self.starts, address) - 1)]
        return (name, start) if start <= address < start + size else ("?", 0)

    def decisions(self):
        """The functions that faults are put in, as (start, size)."""
        return [(start, size) for start, size, name in self.functions if not ARITHMETIC.match(name)]

    def describe(self, address):
        name, start = self.function(address)
        return f"{address:#010x} {name}+{address - start:#x} `{self.instructions[address][1]}`"


def options(program, log):
    """Words for the emulator that make it write every executed address of the decisions."""
    ranges = ",".join(f"{start:#x}+{size:#x}" for start, size in program.decisions())
    return ("-singlestep", "-d", "exec,nochain", "-dfilter", ranges, "-D", log)


def read(file):
    return [int(address, 16) for address in re.findall(r"^Trace \d+: \S+ \[[0-9a-f]+/([0-9a-f]+)/", file.read(), re.M)]


class Place:
    """One executed instruction: the `count`-th time that `address` is executed after the `calls`-th time that `call` is."""

    def __init__(self, call, calls, address, count):
        self.call, self.calls, self.address, self.count = call, calls, address, count


def places(program, trace, ends):
    """For each instruction and each place its function is called from: the first, second and last time. Second value: how
    many addresses were executed; third: how many of these places lie too deep in a loop to be counted off."""
    chosen, times, stack_of, groups = [], {}, {}, {}
    previous = None
    for index, address in enumerate(trace):
        times[address] = times.get(address, 0) + 1
        name, start = program.function(address)
        if address == start or name not in stack_of:  # entered, by the call that was executed before
            call = previous if previous is not None else address
            stack_of[name] = (call, times[call], {})
        call, calls, counts = stack_of[name]
        counts[address] = counts.get(address, 0) + 1
        groups.setdefault((address, call), []).append((calls, counts[address]))
        previous = address
    deep = 0
    for (address, call), seen in groups.items():
        if address in ends:
            continue
        for calls, count in dict.fromkeys((seen[0], seen[min(1, len(seen) - 1)], seen[-1])):
            if count > WITHIN:
                deep += 1
            else:
                chosen.append(Place(call, calls, address, count))
    return chosen, len({place.address for place in chosen}), deep
