#include "cli.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *keys_option, *devices_option, *ca_option;
static bool json, quiet, help_wanted;

static const cli_option common_options[] = {
  {"keys", CLI_TEXT, &keys_option, "DIR", "where the keys are ($HOLDFAST_HOME/keys, else .holdfast/keys)"},
  {"devices", CLI_TEXT, &devices_option, "DIR",
   "where the devices are ($HOLDFAST_HOME/devices, else .holdfast/devices)"},
  {"ca", CLI_TEXT, &ca_option, "DIR", "where the local CAs are ($HOLDFAST_HOME/ca, else .holdfast/ca)"},
  {"json", CLI_FLAG, &json, NULL, "print the result as JSON"},
  {"quiet", CLI_FLAG, &quiet, NULL, "-q: print problems only"},
  {"help", CLI_FLAG, &help_wanted, NULL, "-h: this text"},
  {0},
};

static void print_options(const cli_option *options)
{
  for (; options->name != NULL; options++) {
    int used = printf("  --%s%s%s", options->name, options->argument == NULL ? "" : " ",
                      options->argument == NULL ? "" : options->argument);
    printf("%*s%s\n", used < 30 ? 30 - used : 2, "", options->help);
  }
}

static int print_help(const cli_command_help *help)
{
  printf("Usage: holdfast %s [options] %s\n\n%s\n", help->name, help->operands, help->summary);
  if (help->options->name != NULL) puts("\nOptions:");
  print_options(help->options);
  puts("\nOptions of every command:");
  print_options(common_options);
  printf("\nExamples:\n%s\nExit status: 0 done, 1 refused or failed, 2 wrong use.\n", help->examples);
  return OUT_OK;
}

int cli_misuse(const cli_command_help *help, const char *format, ...)
{
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  out_error("%s; see: holdfast %s --help", text, help->name);
  return OUT_USAGE;
}

bool cli_number(const char *text, uint32_t *number)
{
  if (*text < '0' || *text > '9') return false; /* strtoull takes signs and blanks */
  char *end;
  errno = 0;
  bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
  unsigned long long value = strtoull(text, &end, hexadecimal ? 16 : 10);
  if (errno != 0 || *end != 0 || end == text || value >= UINT32_MAX) return false;
  *number = (uint32_t)value;
  return true;
}

/* ---- Parsing ---- */

/* length: of the name in `text`, which may go on with "=value". */
static const cli_option *find_option(const cli_option *options, const char *text, size_t length)
{
  for (; options->name != NULL; options++)
    if (strlen(options->name) == length && strncmp(options->name, text, length) == 0) return options;
  return NULL;
}

static const char *short_name(const char *argument)
{
  if (strcmp(argument, "-q") == 0) return "quiet";
  if (strcmp(argument, "-h") == 0) return "help";
  return NULL;
}

static bool in_range(const char *text, const cli_range *range)
{
  uint32_t number;
  if (!cli_number(text, &number) || number < range->least || number > range->most) return false;
  *range->number = number;
  return true;
}

static bool store(const cli_option *option, const char *text)
{
  switch (option->kind) {
  case CLI_FLAG: *(bool *)option->value = true; return true;
  case CLI_TEXT: *(const char **)option->value = text; return true;
  case CLI_NUMBER: return cli_number(text, option->value);
  case CLI_RANGE: return in_range(text, option->value);
  case CLI_LIST: {
    cli_list *list = option->value;
    if (list->count == CLI_LIST_MAX) return false;
    list->items[list->count++] = text;
    return true;
  }
  }
  return false;
}

static int not_stored(const cli_command_help *help, const cli_option *option, const char *value)
{
  const cli_range *range = option->value;
  switch (option->kind) {
  case CLI_NUMBER: return cli_misuse(help, "--%s takes 0 to %u, not '%s'", option->name, CLI_UNSET - 1, value);
  case CLI_RANGE:
    return cli_misuse(help, "--%s takes %u to %u, not '%s'", option->name, range->least, range->most, value);
  case CLI_LIST: return cli_misuse(help, "--%s may be given %u times at most", option->name, CLI_LIST_MAX);
  case CLI_FLAG:
  case CLI_TEXT: break; /* take anything */
  }
  return OUT_USAGE;
}

/* One option, at argv[*at]; moves *at to its last word. */
static int take_option(const cli_command_help *help, int argc, char **argv, int *at)
{
  const char *word = argv[*at];
  const char *name = short_name(word);
  if (name == NULL && strncmp(word, "--", 2) != 0) return cli_misuse(help, "unknown option %s", word);
  if (name == NULL) name = word + 2;
  const char *equals = strchr(name, '=');
  size_t length = equals == NULL ? strlen(name) : (size_t)(equals - name);
  const cli_option *option = find_option(help->options, name, length);
  if (option == NULL) option = find_option(common_options, name, length);
  if (option == NULL) return cli_misuse(help, "unknown option %.*s", (int)length + 2, word);
  const char *value = equals == NULL ? NULL : equals + 1;
  if (option->kind == CLI_FLAG && value != NULL) return cli_misuse(help, "--%s takes no value", option->name);
  if (option->kind != CLI_FLAG && value == NULL) {
    if (*at + 1 >= argc) return cli_misuse(help, "--%s needs a value: %s", option->name, option->argument);
    value = argv[++*at];
  }
  return store(option, value) ? CLI_GO : not_stored(help, option, value);
}

static int take_all(const cli_command_help *help, int argc, char **argv, cli_list *operands, unsigned most)
{
  bool options_over = false;
  for (int i = 0; i < argc; i++) {
    if (!options_over && strcmp(argv[i], "--") == 0) {
      options_over = true;
    } else if (!options_over && argv[i][0] == '-' && argv[i][1] != 0) {
      int code = take_option(help, argc, argv, &i);
      if (code != CLI_GO) return code;
    } else if (operands->count >= most) {
      return cli_misuse(help, "'%s' is one word too many", argv[i]);
    } else {
      operands->items[operands->count++] = argv[i];
    }
  }
  return CLI_GO;
}

int cli_parse(const cli_command_help *help, int argc, char **argv, cli_list *operands, unsigned wanted, unsigned most)
{
  *operands = (cli_list){0};
  int code = take_all(help, argc, argv, operands, most);
  if (help_wanted) {
    out_begin(OUT_HUMAN);
    return print_help(help);
  }
  if (code != CLI_GO) return code; /* as main() began the output: in JSON when a word is --json */
  out_begin(json ? OUT_JSON : OUT_HUMAN);
  if (quiet && json) return cli_misuse(help, "--quiet and --json exclude each other");
  if (quiet) out_begin(OUT_QUIET);
  if (operands->count < wanted) return cli_misuse(help, "missing: %s", help->operands);
  return CLI_GO;
}

/* ---- Directories ---- */

static const char *directory(const char *option, const char *below, char path[PATH_MAX])
{
  if (option != NULL) return option;
  const char *home = getenv("HOLDFAST_HOME");
  snprintf(path, PATH_MAX, "%s/%s", home == NULL || *home == 0 ? ".holdfast" : home, below);
  return path;
}

const char *cli_keys_directory(void)
{
  static char path[PATH_MAX];
  return directory(keys_option, "keys", path);
}

const char *cli_devices_directory(void)
{
  static char path[PATH_MAX];
  return directory(devices_option, "devices", path);
}

const char *cli_ca_directory(void)
{
  static char path[PATH_MAX];
  return directory(ca_option, "ca", path);
}
