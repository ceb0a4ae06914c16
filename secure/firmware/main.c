/* Firmware's secure part: starts the services, divides the machine, starts the non-secure part, and then only serves its gate. */
#include <string.h>

#include "board.h"
#include "clock.h"
#include "device_service.h"
#include "factory.h"
#include "handoff.h"
#include "manifest.h"
#include "random.h"
#include "reset.h"
#include "stage.h"
#include "storage.h"
#include "uart.h"
#include "update_control.h"
#include "worlds.h"

static boot_info info; /* our copy: the original is in RAM that the next boot reuses */

static void trouble(const char *what)
{
  static const char head[] = "firmware: ", end[] = "\r\n";
  uart_write(head, sizeof head - 1u);
  uart_write(what, (uint32_t)strlen(what));
  uart_write(end, sizeof end - 1u);
}

static _Noreturn void give_up(const char *why)
{
  trouble(why);
  reset_system(RESET_FAULT);
}

/* A service that cannot work says so to each caller; only what would leave the machine undivided ends the boot. */
static void start_services(void)
{
  if (random_start() != PSA_SUCCESS) trouble("no random numbers: the noise source is silent or fails its tests");
  if (storage_mount() != PSA_SUCCESS) trouble(storage_is_stale() ? "sealed storage is stale" : "no sealed storage");
  if (update_control_start(&info, (const manifest *)BOARD_LOADER_MANIFEST_BASE) != PSA_SUCCESS)
    trouble("no firmware updates");
  device_service_start(&info);
}

void stage_main(void)
{
  uart_init();
  clock_init();
  memcpy(&info, (const void *)BOARD_BOOT_INFO_BASE, sizeof info);
  if (info.magic != BOOT_INFO_MAGIC || info.size < sizeof info) give_up("no boot information");
  start_services();
  if (info.lifecycle_secured == 0) factory_listen();
  if (!worlds_divide()) give_up("the worlds cannot be divided");
  worlds_start_product();
}
