#include "tls_library.h"

#include <string.h>

#include "ct.h"
#include "mbedtls/memory_buffer_alloc.h"
#include "mbedtls/platform.h"
#include "mbedtls/platform_time.h"
#include "mbedtls/platform_util.h"
#include "psa/crypto.h"
#include "tls_library_internal.h"

static tls_library_config library;
static uint32_t connections;
static int64_t utc;
static bool random_failed, memory_ended;
static void *(*calloc_in_pool)(size_t count, size_t bytes);

bool tls_library_start(const tls_library_config *config)
{
  if (library.pool != NULL || config->pool == NULL || config->random == NULL) return false;
  memset(config->pool, 0, config->pool_bytes);
  mbedtls_memory_buffer_alloc_init(config->pool, config->pool_bytes);
  library = *config;
  tls_library_calm();
  if (psa_crypto_init() == PSA_SUCCESS) return true;
  tls_library_stop();
  return false;
}

void tls_library_stop(void)
{
  if (library.pool == NULL) return;
  mbedtls_psa_crypto_free();
  mbedtls_memory_buffer_alloc_free();
  wipe(library.pool, library.pool_bytes);
  library = (tls_library_config){0};
}

tls_memory tls_library_memory(void)
{
  size_t used, blocks, peak, peak_blocks;
  mbedtls_memory_buffer_alloc_cur_get(&used, &blocks);
  mbedtls_memory_buffer_alloc_max_get(&peak, &peak_blocks);
  return (tls_memory){used, peak, library.pool_bytes};
}

void tls_library_forget_peak(void)
{
  mbedtls_memory_buffer_alloc_max_reset();
}

bool tls_library_started(void)
{
  return library.pool != NULL;
}

bool tls_library_random_failed(void)
{
  return random_failed;
}

bool tls_library_memory_ended(void)
{
  return memory_ended;
}

void tls_library_enter(void)
{
  connections++;
}

/* Should the second call fail, the next connection is told so. */
void tls_library_leave(void)
{
  if (--connections != 0) return;
  mbedtls_psa_crypto_free();
  (void)psa_crypto_init();
}

void tls_library_calm(void)
{
  random_failed = memory_ended = false;
}

void tls_library_set_utc(int64_t seconds)
{
  utc = seconds;
}

/* --- what mbedTLS calls --- */

static void *calloc_noticed(size_t count, size_t bytes)
{
  void *memory = calloc_in_pool(count, bytes);
  if (memory == NULL && count != 0 && bytes != 0) memory_ended = true;
  return memory;
}

/* The pool's initialisation calls this for mbedtls_platform_set_calloc_free() (deps/mbedtls/CMakeLists.txt). */
int hf_tls_set_calloc_free(void *(*calloc_func)(size_t count, size_t bytes), void (*free_func)(void *memory))
{
  calloc_in_pool = calloc_func;
  return mbedtls_platform_set_calloc_free(calloc_noticed, free_func);
}

psa_status_t mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context, uint8_t *output,
                                             size_t output_size, size_t *output_length)
{
  (void)context;
  *output_length = 0;
  if (library.random == NULL || !library.random(library.random_context, output, output_size)) {
    random_failed = true;
    return PSA_ERROR_INSUFFICIENT_ENTROPY;
  }
  *output_length = output_size;
  return PSA_SUCCESS;
}

int64_t hf_tls_utc(int64_t *out)
{
  if (out != NULL) *out = utc;
  return utc;
}

/* The lists of the pool contradict each other: somebody wrote where he must not. Nothing that is in it can be trusted,
 * and there is nobody to tell: the program ends here, and a device starts anew. */
_Noreturn void hf_tls_memory_damaged(int status)
{
  (void)status;
  for (;;) __builtin_trap();
}

/* --- the calendar --- */

#define SECONDS_PER_DAY 86400
#define UTC_MOST INT64_C(253402300799) /* the end of the year 9999, which is the last that X.509 can write */

static int64_t leap_days_before(int64_t year)
{
  int64_t last = year - 1;
  return last / 4 - last / 100 + last / 400;
}

static bool is_leap(int64_t year)
{
  return leap_days_before(year + 1) > leap_days_before(year);
}

/* From the first of January 1970 to that of `year`. */
static int64_t days_before(int64_t year)
{
  return 365 * (year - 1970) + leap_days_before(year) - leap_days_before(1970);
}

static void set_date(int64_t days, struct tm *out)
{
  static const uint8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int64_t year = 1970 + days / 366; /* never too late, and at most 16 years too early */
  while (days_before(year + 1) <= days) year++;
  int day = (int)(days - days_before(year)), month = 0;
  out->tm_yday = day;
  while (month < 11) {
    int length = lengths[month] + (month == 1 && is_leap(year) ? 1 : 0);
    if (day < length) break;
    day -= length;
    month++;
  }
  out->tm_year = (int)(year - 1900);
  out->tm_mon = month;
  out->tm_mday = day + 1;
}

struct tm *mbedtls_platform_gmtime_r(const mbedtls_time_t *tt, struct tm *tm_buf)
{
  if (*tt < 0 || *tt > UTC_MOST) return NULL;
  int second = (int)(*tt % SECONDS_PER_DAY);
  *tm_buf = (struct tm){.tm_sec = second % 60, .tm_min = second / 60 % 60, .tm_hour = second / 3600};
  set_date(*tt / SECONDS_PER_DAY, tm_buf);
  return tm_buf;
}
