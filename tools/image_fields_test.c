/* Texts of the command line: the whole text is right, or it is refused. */
#include "test_support.h"

#include "cli.h"
#include "image_fields.h"
#include "io.h"

static void takes_versions(void **state)
{
  (void)state;
  manifest_version v;
  assert_true(field_version("1.2.3", &v));
  assert_true(v.major == 1 && v.minor == 2 && v.patch == 3);
  assert_true(field_version("65535.65535.4294967294", &v));
  const char *const wrong[] = {"",         "1",         "1.2",       "1.2.",           ".1.2",
                               "1..2",     "1.2.3.4",   "1.2.3 ",    " 1.2.3",         "-1.2.3",
                               "1.2.0x3",  "65536.0.0", "0.65536.0", "0.0.4294967295", "0.0.99999999999999999999",
                               "1.2.3-rc1"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) assert_false(field_version(wrong[i], &v));
}

static void takes_ranges(void **state)
{
  (void)state;
  uint32_t min, max;
  assert_true(field_range("2-7", &min, &max) && min == 2 && max == 7);
  assert_true(field_range("5", &min, &max) && min == 5 && max == 5);
  const char *const wrong[] = {"", "-", "1-", "-1", "3-2", "1-2-3", "a-b", "1 - 2"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) assert_false(field_range(wrong[i], &min, &max));
}

static void takes_product_ids_and_hexadecimal(void **state)
{
  (void)state;
  uint8_t product[16], bytes[4];
  assert_true(field_product("thermo", product));
  assert_memory_equal(product, "thermo\0\0\0\0\0\0\0\0\0\0", 16);
  assert_true(field_product("0123456789abcdef", product));
  assert_false(field_product("", product));
  assert_false(field_product("0123456789abcdefg", product));
  assert_false(field_product("a b", product));
  assert_false(field_product("a\n", product));
  assert_true(field_hex("0aFF", bytes, 4));
  assert_memory_equal(bytes, "\x0a\xff\0\0", 4);
  const char *const wrong[] = {"", "0", "0g", "0011223344", "00 1"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) assert_false(field_hex(wrong[i], bytes, 4));
}

static void takes_numbers(void **state)
{
  (void)state;
  uint32_t number;
  assert_true(cli_number("0", &number) && number == 0);
  assert_true(cli_number("0x10", &number) && number == 16);
  assert_true(cli_number("010", &number) && number == 10); /* not octal */
  const char *const wrong[] = {"", "-1", "+1", " 1", "1 ", "0x", "0xg", "1e3", "4294967295", "99999999999999999999"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) assert_false(cli_number(wrong[i], &number));
}

static void names_are_never_paths(void **state)
{
  (void)state;
  char name[130];
  memset(name, 'a', sizeof name);
  name[128] = 0;
  assert_true(io_name_is_valid("key", name));
  name[128] = 'a';
  name[129] = 0;
  assert_false(io_name_is_valid("key", name));
  assert_true(io_name_is_valid("key", "Aa0:_-"));
  const char *const wrong[] = {"", ".", "..", "a/b", "../a", "a b", "a.b", "a\n", "\xc3\xa4", "a%"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) assert_false(io_name_is_valid("key", wrong[i]));
}

static void new_files_never_replace_old_ones(void **state)
{
  (void)state;
  char text[8];
  assert_true(io_write_new("f", "one", 3, 0600));
  assert_false(io_write_new("f", "two", 3, 0600));
  assert_int_equal(get_file("f", text, sizeof text), 3);
  assert_memory_equal(text, "one", 3);
  assert_true(io_write_over("f", "three", 5, 0600));
  assert_int_equal(get_file("f", text, sizeof text), 5);
  assert_int_equal(symlink("nowhere", "l"), 0);
  assert_false(io_write_new("l", "x", 1, 0600)); /* a dangling link is a name too */
  io_names names;
  assert_true(io_list(".", "", &names));
  assert_int_equal(names.count, 2); /* no temporary files are left */
  io_names_free(&names);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(takes_versions),
    cmocka_unit_test(takes_ranges),
    cmocka_unit_test(takes_product_ids_and_hexadecimal),
    cmocka_unit_test(takes_numbers),
    cmocka_unit_test(names_are_never_paths),
    cmocka_unit_test(new_files_never_replace_old_ones),
  };
  return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
