/* Steering the host board: which memory its flash and OTP are, and what goes wrong when.
 *
 * The flash keeps true NOR rules (flash.h). A *cut* stops the program at a chosen operation
 * (one program unit, one block erase, one OTP byte) by calling the cut handler, which must not
 * return (tests longjmp).
 */
#ifndef HF_HOST_BOARD_H
#define HF_HOST_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "board.h"
#include "reset.h"

/* map: static storage. Attaches nothing. */
void host_board_select(const board_map *map);

/* bytes: map->flash_bytes of them, the caller's, stay attached. wear: one count per block, or null. */
void host_flash_attach(uint8_t *bytes, uint32_t *wear);
/* bytes: OTP_BYTES of them. fuses_frozen: the fuse bank takes no bits (OTP_FROZEN). */
void host_otp_attach(uint8_t *bytes, bool fuses_frozen);
/* OTP does not answer at all. */
void host_otp_silence(bool on);

/* Marks the flash unit that holds `offset` as unreadable until it is erased (host_flash_attach clears all marks). */
void host_flash_make_unreadable(uint32_t offset);

/* Marks the flash unit that holds `offset` as worn out: programming it does half of it and answers FLASH_FAILED,
 * for ever (erasing it works). */
void host_flash_make_stuck(uint32_t offset);
/* The marks of all units, one byte each, to be saved and put back with the memory: their state survives
 * a power cut as the memory does. Null when no flash is attached. */
uint8_t *host_flash_marks(void);
/* Bytes flash_read() has handed out since the program started. */
uint64_t host_flash_bytes_read(void);

/* What an interrupted operation leaves behind. */
typedef enum host_torn {
  HOST_TORN_NOTHING,    /* not done at all */
  HOST_TORN_PREFIX,     /* first `detail` bytes of the unit (or of the block) are done */
  HOST_TORN_ALL,        /* done, and the power goes right after */
  HOST_TORN_RANDOM,     /* some of the bits are done; `detail` seeds which */
  HOST_TORN_UNREADABLE, /* unit (erase: the one `detail` bytes into the block) can no longer be read */
} host_torn;

/* Operation number `at` (0 = the next one) will be cut with that outcome. handler never returns. */
void host_cut_arm(uint64_t at, host_torn outcome, uint32_t detail, void (*handler)(void));
void host_cut_disarm(void);
/* Operations (program units, block erases, OTP bytes) since the last host_cut_arm/disarm. */
uint64_t host_operations(void);

/* Kind of an operation: for tests that choose outcomes by kind. Kind of operation number n since then. */
typedef enum host_operation { HOST_PROGRAM, HOST_ERASE, HOST_OTP } host_operation;
host_operation host_operation_kind(uint64_t n);

/* RAM that board_ram() hands out: one buffer that stands for [base, base + bytes). */
void host_ram_attach(uint32_t base, uint32_t bytes, uint8_t *memory);

/* UART ends: bytes the device will read; the handler gets what it writes (null: dropped). */
void host_uart_feed(const void *data, uint32_t bytes);
void host_uart_sink(void (*sink)(void *context, const void *data, uint32_t bytes), void *context);

/* Asked for a byte each time the device reads and nothing fed is left; false: none now. Null: none ever. */
void host_uart_source(bool (*source)(void *context, uint8_t *byte), void *context);

/* The noise source: asked for each byte of entropy_read(); false: it is silent. Null: the host's random device again. */
void host_noise_script(bool (*source)(void *context, uint8_t *byte), void *context);

/* The clock: tests own time. Each clock_ms() call advances it by step_ms. */
void host_clock_step(uint32_t step_ms);
/* The battery-backed clock stands at that time; 0: there is none. Not called: the host's clock. */
void host_rtc_set(uint32_t seconds);

/* Feedings of the watchdog since the program started. */
uint32_t host_watchdog_feeds(void);

/* Called by reset_system(); never returns (tests longjmp). Without one, a reset ends the program. */
void host_reset_handler(void (*handler)(reset_cause cause));
/* The crash record is lost, and its count. */
void host_power_off(void);

#endif
