/* The hooks that mbedTLS calls; the C library is the second opinion on the calendar. */
#include "tls_library.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "mbedtls/platform_util.h"
#include "psa/crypto.h"
#include "tls_library_internal.h"

static _Alignas(16) uint8_t pool[8192];
static bool works = true;

static bool random_bytes(void *context, uint8_t *out, size_t bytes)
{
  (void)context;
  memset(out, 0x5a, bytes);
  return works;
}

static const tls_library_config config = {.pool = pool, .pool_bytes = sizeof pool, .random = random_bytes};

static void assert_same_date(int64_t seconds)
{
  struct tm ours, theirs;
  time_t at = (time_t)seconds;
  assert_non_null(mbedtls_platform_gmtime_r(&seconds, &ours));
  assert_non_null(gmtime_r(&at, &theirs));
  assert_int_equal(ours.tm_year, theirs.tm_year);
  assert_int_equal(ours.tm_yday, theirs.tm_yday);
  assert_int_equal(ours.tm_mon, theirs.tm_mon);
  assert_int_equal(ours.tm_mday, theirs.tm_mday);
  assert_int_equal(ours.tm_hour * 3600 + ours.tm_min * 60 + ours.tm_sec,
                   theirs.tm_hour * 3600 + theirs.tm_min * 60 + theirs.tm_sec);
}

static void every_day_until_9999_has_its_date(void **state)
{
  (void)state;
  enum { DAYS = 2932897 }; /* to 9999-12-31 */
  for (int64_t day = 0; day < DAYS; day += day < 60000 ? 1 : 13) {
    assert_same_date(day * 86400);
    assert_same_date(day * 86400 + 86399);
  }
  assert_same_date(INT64_C(253402300799));
}

static void times_without_a_date_are_refused(void **state)
{
  (void)state;
  struct tm date;
  const int64_t bad[] = {-1, INT64_MIN, INT64_C(253402300800), INT64_MAX};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_null(mbedtls_platform_gmtime_r(&bad[i], &date));
}

static void time_is_what_the_transport_says(void **state)
{
  (void)state;
  int64_t out = 0;
  tls_library_set_utc(INT64_C(5000000000));
  assert_true(hf_tls_utc(&out) == INT64_C(5000000000) && out == INT64_C(5000000000));
}

static void a_failed_random_source_is_an_error(void **state)
{
  (void)state;
  uint8_t out[8];
  assert_true(tls_library_start(&config));
  works = true;
  assert_int_equal(psa_generate_random(out, sizeof out), PSA_SUCCESS);
  assert_int_equal(out[7], 0x5a);
  assert_false(tls_library_random_failed());
  works = false;
  assert_int_equal(psa_generate_random(out, sizeof out), PSA_ERROR_INSUFFICIENT_ENTROPY);
  assert_true(tls_library_random_failed());
  tls_library_stop();
}

static void starts_once_with_a_pool_and_a_random_source(void **state)
{
  (void)state;
  assert_false(tls_library_start(&(tls_library_config){.pool = pool, .pool_bytes = sizeof pool}));
  assert_false(tls_library_start(&(tls_library_config){.random = random_bytes}));
  assert_true(tls_library_start(&config));
  assert_false(tls_library_start(&config));
  tls_library_stop();
  tls_library_stop();
}

static void the_pool_is_wiped_at_the_end(void **state)
{
  (void)state;
  assert_true(tls_library_start(&config));
  tls_library_stop();
  for (size_t i = 0; i < sizeof pool; i++) assert_int_equal(pool[i], 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_day_until_9999_has_its_date),
    cmocka_unit_test(times_without_a_date_are_refused),
    cmocka_unit_test(time_is_what_the_transport_says),
    cmocka_unit_test(a_failed_random_source_is_an_error),
    cmocka_unit_test(starts_once_with_a_pool_and_a_random_source),
    cmocka_unit_test(the_pool_is_wiped_at_the_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
