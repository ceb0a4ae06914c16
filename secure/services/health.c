#include "health.h"

void health_start(health *h)
{
  *h = (health){0};
}

/* SP 800-90B, 4.4.1: a source that hangs. */
static bool repetition_count_passes(health *h, uint8_t sample)
{
  if (h->repetitions == 0 || sample != h->last) {
    h->last = sample;
    h->repetitions = 1;
    return true;
  }
  h->repetitions++;
  return h->repetitions < HEALTH_REPETITION_CUTOFF;
}

/* SP 800-90B, 4.4.2: a source that has come to prefer one value. */
static bool adaptive_proportion_passes(health *h, uint8_t sample)
{
  if (h->window_taken == 0) {
    h->window_sample = sample;
    h->window_matching = 0;
  }
  if (sample == h->window_sample) h->window_matching++;
  h->window_taken++;
  if (h->window_taken == HEALTH_PROPORTION_WINDOW) h->window_taken = 0;
  return h->window_matching < HEALTH_PROPORTION_CUTOFF;
}

bool health_take(health *h, const uint8_t *samples, size_t count)
{
  for (size_t i = 0; i < count && !h->failed; i++) {
    const bool steady = repetition_count_passes(h, samples[i]);
    const bool spread = adaptive_proportion_passes(h, samples[i]);
    h->failed = !steady || !spread;
  }
  return !h->failed;
}
