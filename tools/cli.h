/* Options of one command, as a table: parsing and --help come from the same lines.
 *
 *     static const cli_option options[] = {
 *       {"version", CLI_TEXT, &version, "X.Y.Z", "semantic version of the image"},
 *       {0},
 *     };
 *     static const cli_command_help help = {"image sign", "[options] ELF...", options, examples};
 *     int code = cli_parse(&help, argc, argv, &operands);
 *     if (code != CLI_GO) return code;
 */
#ifndef HF_TOOLS_CLI_H
#define HF_TOOLS_CLI_H

#include <stdbool.h>
#include <stdint.h>

#include "output.h"

#define CLI_LIST_MAX 16u
#define CLI_GO (-1) /* cli_parse(): go on */
#define CLI_UNSET UINT32_MAX

/* Values point into argv. */
typedef struct cli_list {
  const char *items[CLI_LIST_MAX];
  unsigned count;
} cli_list;

typedef enum cli_kind {
  CLI_FLAG,   /* value: bool* */
  CLI_TEXT,   /* value: const char** */
  CLI_LIST,   /* value: cli_list*; may be given several times */
  CLI_NUMBER, /* value: uint32_t*; decimal or 0x..., below 2^32 - 1 */
  CLI_RANGE,  /* value: cli_range*; the same within bounds */
} cli_kind;

/* A number that is stored only when it lies in least..most. */
typedef struct cli_range {
  uint32_t *number;
  uint32_t least, most;
} cli_range;

typedef struct cli_option {
  const char *name; /* without the dashes; null ends the table */
  cli_kind kind;
  void *value;
  const char *argument; /* how the help calls it; null for flags */
  const char *help;
} cli_option;

typedef struct cli_command_help {
  const char *name;     /* "key new" */
  const char *operands; /* "NAME" */
  const char *summary;  /* one or more sentences */
  const cli_option *options;
  const char *examples; /* lines, each ends in \n */
} cli_command_help;

/* Also takes --help, --json, -q, --keys, --devices and --ca, which every command has, and begins the output anew.
 * CLI_GO, or the exit code: OUT_OK after --help, OUT_USAGE after saying what is wrong.
 * `wanted`: least number of operands; most: at most CLI_LIST_MAX. */
int cli_parse(const cli_command_help *help, int argc, char **argv, cli_list *operands, unsigned wanted, unsigned most);

/* Says what is wrong with the use of the command. Returns OUT_USAGE. */
int cli_misuse(const cli_command_help *help, const char *format, ...) OUT_FORMAT(2);

/* Where keys, devices and CAs are: the option, else $HOLDFAST_HOME/keys, else .holdfast/keys. */
const char *cli_keys_directory(void);
const char *cli_devices_directory(void);
const char *cli_ca_directory(void);

/* Whole text must be a number. */
bool cli_number(const char *text, uint32_t *number);

#endif
