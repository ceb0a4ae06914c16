/* What the loader says on the console. Two implementations: log_verbose.c for development (sentences),
 * log_terse.c for production (codes without detail). */
#ifndef HF_LOADER_LOG_H
#define HF_LOADER_LOG_H

#include "handoff.h"
#include "manifest.h"
#include "status.h"

void log_start(const boot_handoff *handoff, const manifest *self);
void log_slot_refused(uint32_t slot, boot_status why);
void log_trial_reverted(uint32_t slot, boot_status why);
void log_trouble(boot_status what);
void log_boot(const boot_info *info);
void log_recovery(boot_status why);

#endif
