/* Reading, writing and running everything that is not ours, at every address it may answer at. */
#include "board.h"
#include "firmware_map.h"
#include "hostile.h"

#define WORD(address) (*(volatile uint32_t *)(uintptr_t)(address))

static void read_word(const attempt *self)
{
  const uint32_t value = WORD(self->value);
  put("value ");
  put_hex(value);
}

/* What is written is a W on a console and a plausible word elsewhere. */
static void write_word(const attempt *self)
{
  WORD(self->value) = 0x57575757u;
  put("value ");
  put_hex(WORD(self->value));
}

static void run(const attempt *self)
{
  ((void (*)(void))(uintptr_t)(self->value | 1u))();
  put("came back");
}

#define READ(text, address)                                              \
  {                                                                      \
    .name = "memory." text ".read", .act = read_word, .value = (address) \
  }
#define WRITE(text, address)                                               \
  {                                                                        \
    .name = "memory." text ".write", .act = write_word, .value = (address) \
  }
#define RUN(text, address)                                        \
  {                                                               \
    .name = "memory." text ".run", .act = run, .value = (address) \
  }
#define DEVICE(text, address) READ(text, address), WRITE(text, address)
#define BOTH_ALIASES(what, text, offset) \
  what(text, 0x40000000u + (offset)), what(text "_secure", 0x50000000u + (offset))
#define MEMORY(text, address) READ(text, address), WRITE(text, address), RUN(text, address)

static const attempt attempts[] = {
  /* The secure world's memories; each has a non-secure and a secure address. */
  MEMORY("rom", BOARD_ROM_BASE - BOARD_SECURE_ALIAS),
  MEMORY("rom_secure", BOARD_ROM_BASE),
  MEMORY("sram0", BOARD_RETAINED_BASE - BOARD_SECURE_ALIAS),
  MEMORY("sram0_secure", BOARD_RETAINED_BASE),
  MEMORY("crash_record", BOARD_CRASH_BASE - BOARD_SECURE_ALIAS),
  MEMORY("crash_record_secure", BOARD_CRASH_BASE),
  MEMORY("sram1", 0x20008000u),
  MEMORY("sram1_secure", 0x30008000u),
  MEMORY("sram2", 0x20010000u),
  MEMORY("sram2_secure", 0x30010000u),
  MEMORY("sram3", FIRMWARE_SECURE_RAM_BASE - BOARD_SECURE_ALIAS),
  MEMORY("sram3_secure", FIRMWARE_SECURE_RAM_BASE),
  MEMORY("secure_code", FIRMWARE_SECURE_BASE - BOARD_SECURE_ALIAS),
  MEMORY("secure_code_secure", FIRMWARE_SECURE_BASE),
  MEMORY("last_secure_word", FIRMWARE_NONSECURE_BASE - 4u),
  MEMORY("own_code_secure", FIRMWARE_NONSECURE_BASE + BOARD_SECURE_ALIAS),
  MEMORY("own_ram_secure", FIRMWARE_NONSECURE_RAM_BASE + BOARD_SECURE_ALIAS),
  MEMORY("behind_own_ram", FIRMWARE_NONSECURE_RAM_BASE + FIRMWARE_NONSECURE_RAM_BYTES),

  /* The gates: only the SG instruction of one may be run. */
  MEMORY("gate_nonsecure", FIRMWARE_GATES_BASE - BOARD_SECURE_ALIAS),
  DEVICE("gate", FIRMWARE_GATES_BASE),
  RUN("gate_half", FIRMWARE_GATES_BASE + 2u),
  RUN("gate_middle", FIRMWARE_GATES_BASE + 4u),
  RUN("gate_next", FIRMWARE_GATES_BASE + 8u),
  RUN("gate_last", FIRMWARE_GATES_BASE + FIRMWARE_GATES_BYTES - 4u),

  /* Flash, by its window and by other addresses of the memory it is part of. */
  MEMORY("flash", BOARD_FLASH_WINDOW),
  MEMORY("flash_running_slot", BOARD_FLASH_WINDOW + BOARD_FLASH_SLOT_A),
  DEVICE("flash_storage", BOARD_FLASH_WINDOW + BOARD_FLASH_STORAGE),
  DEVICE("flash_erase_counts", BOARD_FLASH_WEAR_WINDOW),
  DEVICE("flash_bad_list", BOARD_FLASH_BAD_WINDOW),
  MEMORY("ddr", 0x60000000u),
  MEMORY("ddr_high", 0x80000000u),
  MEMORY("ddr_high_secure", 0x90000000u),
  DEVICE("behind_ddr", 0xA0000000u),

  /* What divides the worlds. */
  BOTH_ALIASES(DEVICE, "mpc_bram", 0x08007000u),
  BOTH_ALIASES(DEVICE, "mpc_qspi", 0x08008000u),
  BOTH_ALIASES(DEVICE, "mpc_ddr", 0x08009000u),
  BOTH_ALIASES(DEVICE, "mpc_sram0", 0x00083000u),
  BOTH_ALIASES(DEVICE, "mpc_sram3", 0x00086000u),
  DEVICE("security_control", 0x50080000u),
  DEVICE("privilege_control", 0x40080000u), /* our own view: who of us may use our devices */
  DEVICE("ppc_expansion", 0x50080088u),
  BOTH_ALIASES(DEVICE, "system_control", 0x00021000u),
  BOTH_ALIASES(DEVICE, "cpu_control", 0x00011000u),
  BOTH_ALIASES(DEVICE, "power_control", 0x00022000u),
  BOTH_ALIASES(DEVICE, "board_control", 0x01300000u),

  /* The secure world's devices: consoles, noise source, OTP's bus, clock, watchdogs. */
  BOTH_ALIASES(DEVICE, "console", 0x01303000u),
  BOTH_ALIASES(DEVICE, "noise_source", 0x01304000u),
  BOTH_ALIASES(DEVICE, "otp_bus", 0x01206000u),
  BOTH_ALIASES(DEVICE, "clock", 0x0130B000u),
  DEVICE("watchdog_secure", 0x50081000u), /* at the other alias there is one of our own: system.own_watchdog */
  BOTH_ALIASES(DEVICE, "slow_watchdog", 0x0002E000u),
  BOTH_ALIASES(DEVICE, "slow_timer", 0x0002F000u),
  BOTH_ALIASES(DEVICE, "message_unit", 0x00003000u),
  BOTH_ALIASES(DEVICE, "gpio", 0x01100000u),
  BOTH_ALIASES(DEVICE, "board_io", 0x01302000u),
  BOTH_ALIASES(DEVICE, "spi", 0x01202000u),
  BOTH_ALIASES(DEVICE, "dma", 0x00110000u), /* this board has none: what other boards of the family have there */
  RUN("console", 0x41303000u),
  RUN("otp_bus", 0x41206000u),

  /* What was given to us answers at its own address only. */
  DEVICE("timer0_secure", 0x50000000u),
  DEVICE("uart2_secure", 0x51305000u),
  DEVICE("ethernet_secure", 0x51400000u),
};
const theme theme_memory = THEME(attempts);
