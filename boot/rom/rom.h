/* Stage 1: find a loader copy that is ours, load it, say where to jump. Runs on the host too. */
#ifndef HF_ROM_H
#define HF_ROM_H

#include "handoff.h"
#include "manifest.h"
#include "status.h"
#include "verify.h"

/* Boots without getting as far as firmware, after which the other loader copy goes first. */
#define ROM_ATTEMPTS_PER_COPY 3u

/* attempts: boots since power-on that did not reach firmware, this one included (1..).
 * loader: where the chosen copy's manifest goes (the loader keeps it), uninitialised when no copy is good.
 * handoff: filled in but for reset_cause. *entry: what the checks unlocked.
 * BOOT_OK | BOOT_OTP_* | the reason the copy tried last was refused. */
boot_status rom_choose_loader(uint32_t attempts, manifest *loader, boot_handoff *handoff,
                              uint32_t *entry) BOOT_MUST_CHECK;

#endif
