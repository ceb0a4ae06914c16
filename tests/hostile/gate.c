/* Calls that no honest program makes: wrong numbers, wrong sizes, and pointers to what the caller does not own. */
#include "gate.h"

#include <string.h>

#include "calls.h"
#include "hf_device.h"
#include "hostile.h"
#include "mine.h"

/* ---- Single requests ---- */

static uint8_t mine[HF_ITS_VALUE_MAX + 16u];
static const uint8_t in_code[16] = "constant\r\n";

static void call_number(const attempt *self)
{
  const gate_request request = {0};
  put_status(gate_status(hf_gate(self->value, &request)));
}

/* value: address of the request. */
static void call_with_request_at(const attempt *self)
{
  put_status(gate_status(hf_gate(CALL_EMPTY, (const gate_request *)(uintptr_t)self->value)));
}

/* data: the request; value: the call. */
static void call(const attempt *self)
{
  const uint64_t answer = hf_gate(self->value, self->data);
  put_status(gate_status(answer));
  put(", gave ");
  put_number(gate_used(answer));
}

#define HERE(memory) ((uint32_t)(uintptr_t)(memory))
#define OUR_CODE FIRMWARE_NONSECURE_BASE
#define OUR_RAM FIRMWARE_NONSECURE_RAM_BASE
#define ONE_KEY sizeof(call_key)

static const gate_request no_size = {0, 0, 0, 0, 0, 0};
static const gate_request wild_but_empty = {SECURE_RAM, 0, SECURE_RAM, 0, SECURE_RAM, 0};
static const gate_request all_ones = {~0u, ~0u, ~0u, ~0u, ~0u, ~0u};
static const gate_request arguments_short = {HERE(mine), ONE_KEY - 1u, 0, 0, HERE(mine), 64};
static const gate_request arguments_long = {HERE(mine), ONE_KEY + 1u, 0, 0, HERE(mine), 64};
static const gate_request arguments_null = {0, ONE_KEY, 0, 0, HERE(mine), 64};
static const gate_request in_too_long = {0, 0, HERE(mine), HF_CONSOLE_MAX + 1u, 0, 0};
static const gate_request in_huge = {0, 0, HERE(mine), 0x80000000u, 0, 0};
static const gate_request in_wraps = {0, 0, 0xFFFFFFF8u, 16, 0, 0};
static const gate_request in_all_memory = {0, 0, 0, ~0u, 0, 0};
static const gate_request in_straddles_end = {0, 0, MY_MEMORY_END - 8u, 16, 0, 0};
static const gate_request in_straddles_start = {0, 0, OUR_CODE - 8u, 16, 0, 0};
static const gate_request in_straddles_border = {0, 0, OUR_RAM - 8u, 16, 0, 0};
static const gate_request in_code_memory = {0, 0, HERE(in_code), 10, 0, 0};
static const gate_request in_device = {0, 0, 0x40000000u, 16, 0, 0};
static const gate_request in_system = {0, 0, 0xE000ED00u, 16, 0, 0};
static const gate_request out_device = {0, 0, 0, 0, 0x40000000u, 16};
static const gate_request out_huge = {0, 0, 0, 0, HERE(mine), ~0u};
static const gate_request out_huge_wraps = {0, 0, 0, 0, MY_MEMORY_END - 16u, ~0u};
static const gate_request out_straddles_end = {0, 0, 0, 0, MY_MEMORY_END - 8u, 16};
static const gate_request out_straddles_border = {0, 0, 0, 0, OUR_RAM - 8u, 16};
static const gate_request out_misaligned = {0, 0, 0, 0, HERE(mine) + 1u, 33};
static const gate_request out_short = {0, 0, 0, 0, HERE(mine), sizeof(hf_device_info) - 1u};
static const gate_request unasked_out = {0, 0, 0, 0, SECURE_RAM, 16};
static const gate_request unasked_in = {0, 0, HERE(mine), 16, 0, 0};

#define ID(text, id)                                           \
  {                                                            \
    .name = "gate.id_" text, .act = call_number, .value = (id) \
  }
#define REQUEST(text, address)                                                    \
  {                                                                               \
    .name = "gate.request_" text, .act = call_with_request_at, .value = (address) \
  }
#define CALL(text, id, request)                                          \
  {                                                                      \
    .name = "gate." text, .act = call, .value = (id), .data = &(request) \
  }

/* ---- Every call with every forbidden address ---- */

static const struct {
  const char *name;
  uint32_t arguments_bytes, in_bytes, out_bytes;
} rows[] = {
#define ROW(name, function, callers, arguments, in_max, out_max, with_secrets) \
  {#name, sizeof(arguments), (in_max) < 32 ? (in_max) : 32, (out_max) < 512 ? (out_max) : 512},
  CALLS(ROW)
#undef ROW
};

/* 32 bytes from each of these are not all ours. */
static const uint32_t forbidden[] = {
  0x00000000u,          0x10000000u,        0x20000000u,   0x20018000u, 0x28000000u, 0x2801FC00u,
  OUR_CODE - 1u,        MY_MEMORY_END - 1u, MY_MEMORY_END, 0x30000000u, 0x30000040u, SECURE_RAM,
  SECURE_RAM + 0x7FF0u, 0x38000000u,        0x3801FC00u,   0x38020000u, 0x38060000u, 0x40000000u,
  0x41303000u,          0x41400000u,        0x50080000u,   0x60000000u, 0x70000000u, 0x70100000u,
  0x80000000u,          0xE000E100u,        0xE000ED08u,   0xE002ED08u, 0xFFFFFFF0u, 0xFFFFFFFFu,
};
#define FORBIDDEN (sizeof forbidden / sizeof forbidden[0])

typedef enum part { ARGUMENTS, IN, OUT } part;

/* False: the call has no such part. */
static bool make_request(gate_request *r, uint32_t id, part which, uint32_t address)
{
  *r = (gate_request){HERE(mine), rows[id].arguments_bytes, HERE(mine), rows[id].in_bytes,
                      HERE(mine), rows[id].out_bytes};
  uint32_t *const pointers[] = {&r->arguments, &r->in, &r->out};
  const uint32_t sizes[] = {r->arguments_bytes, r->in_bytes, r->out_bytes};
  *pointers[which] = address;
  return sizes[which] > 1u;
}

static void put_hole(uint32_t id, uint32_t address, psa_status_t status)
{
  put(rows[id].name);
  put(" took ");
  put_hex(address);
  put(": ");
  put_status(status);
  put("; ");
}

/* value: which part. */
static void every_call(const attempt *self)
{
  uint32_t refused = 0, taken = 0;
  for (uint32_t i = 0; i < CALL_COUNT * FORBIDDEN; i++) {
    const uint32_t id = i / FORBIDDEN, address = forbidden[i % FORBIDDEN];
    gate_request request;
    if (!make_request(&request, id, (part)self->value, address)) continue;
    const psa_status_t status = gate_status(hf_gate(id, &request));
    if (status == PSA_ERROR_PROGRAMMER_ERROR)
      refused++;
    else if (taken++ < 3u)
      put_hole(id, address, status);
  }
  put_number(refused);
  put(" refused, ");
  put_number(taken);
  put(" taken");
}

static void every_request(const attempt *self)
{
  uint32_t taken = 0;
  (void)self;
  for (uint32_t i = 0; i < CALL_COUNT * FORBIDDEN; i++) {
    const gate_request *request = (const gate_request *)(uintptr_t)forbidden[i % FORBIDDEN];
    if (gate_status(hf_gate(i / FORBIDDEN, request)) != PSA_ERROR_PROGRAMMER_ERROR) taken++;
  }
  put_number(CALL_COUNT * FORBIDDEN - taken);
  put(" refused, ");
  put_number(taken);
  put(" taken");
}

/* ---- Buffers that overlap ---- */

/* The answer over the request it answers. */
static void answer_over_request(const attempt *self)
{
  static union {
    gate_request request;
    uint8_t bytes[256];
  } both;
  (void)self;
  both.request = (gate_request){.out = HERE(&both), .out_bytes = sizeof both};
  put_status(gate_status(hf_gate(CALL_RANDOM, &both.request)));
}

/* Signs a hash that lies where the signature goes, with its arguments there, too. The test checks the signature. */
static void signature_over_hash(const attempt *self)
{
  static union {
    call_sign arguments;
    uint8_t bytes[PSA_SIGNATURE_MAX_SIZE];
  } both;
  (void)self;
  memcpy(both.bytes, my_hash, sizeof my_hash);
  const call_sign arguments = {MY_KEY, PSA_ALG_ECDSA(PSA_ALG_SHA_256)};
  const gate_request request = {HERE(&arguments), sizeof arguments, HERE(both.bytes),
                                sizeof my_hash,   HERE(both.bytes), sizeof both.bytes};
  const uint64_t answer = hf_gate(CALL_KEY_SIGN_HASH, &request);
  put_status(gate_status(answer));
  put(" ");
  put_bytes(both.bytes, gate_used(answer));
}

static void arguments_in_request(const attempt *self)
{
  static gate_request request;
  (void)self;
  request = (gate_request){HERE(&request), ONE_KEY, HERE(&request), 0, HERE(&request), sizeof(psa_key_attributes_t)};
  put_status(gate_status(hf_gate(CALL_KEY_ATTRIBUTES, &request)));
}

static void request_misaligned(const attempt *self)
{
  static uint8_t memory[sizeof(gate_request) + 4u];
  const gate_request request = {.out = HERE(mine) + 3u, .out_bytes = 13};
  uint32_t wrong = 0;
  (void)self;
  for (uint32_t shift = 1; shift < 4u; shift++) {
    memcpy(memory + shift, &request, sizeof request);
    const uint64_t answer = hf_gate(CALL_RANDOM, (const gate_request *)(uintptr_t)(HERE(memory) + shift));
    if (gate_status(answer) != PSA_SUCCESS || gate_used(answer) != 13u) wrong++;
  }
  put_number(wrong);
  put(" wrong");
}

/* ---- Ways in and out ---- */

/* Where the gate is to return to, as a value in lr; value: that. r0, r1: an empty call. */
static void return_to(const attempt *self)
{
  __asm__ volatile("   mov lr, %0\n"
                   "   movs r0, #0\n"
                   "   mov r1, %1\n"
                   "   ldr r3, =hf_gate\n"
                   "   bx r3\n"
                   "   .ltorg\n"
                   :
                   : "r"(self->value), "r"(&no_size)
                   : "r0", "r1", "r2", "r3", "r12", "lr", "memory");
  put("came back");
}

/* What a call leaves in the registers that it need not keep: nothing but its answer and where it returned to (gcc
 * fills them with that; flags, too). */
static void registers_after(const attempt *self)
{
  uint32_t r2, r3, r12, flags, here;
  (void)self;
  __asm__ volatile("   mov r0, %[id]\n"
                   "   mov r1, %[request]\n"
                   "   bl hf_gate\n"
                   "1: mrs %[flags], apsr\n"
                   "   mov %[r2], r2\n"
                   "   mov %[r3], r3\n"
                   "   mov %[r12], r12\n"
                   "   adr %[here], 1b\n"
                   : [r2] "=&r"(r2), [r3] "=&r"(r3), [r12] "=&r"(r12), [flags] "=&r"(flags), [here] "=&r"(here)
                   : [id] "r"(CALL_EMPTY), [request] "r"(&no_size)
                   : "r0", "r1", "r2", "r3", "r12", "lr", "cc", "memory");
  const uint32_t values[] = {r2, r3, r12};
  uint32_t strange = (flags ^ here) & 0xF80F0000u;
  for (uint32_t i = 0; i < 3u; i++)
    if (((values[i] ^ here) & ~1u) != 0) strange |= values[i];
  put(strange == 0 ? "nothing" : "something: ");
  if (strange != 0) put_hex(strange);
}

static const attempt attempts[] = {
  ID("count", CALL_COUNT),
  ID("high_bit", 0x80000000u),
  ID("wraps_the_table", 0x0AAAAAABu),
  ID("all_ones", 0xFFFFFFFFu),

  REQUEST("null", 0),
  REQUEST("secure_ram", SECURE_RAM),
  REQUEST("secure_code", FIRMWARE_SECURE_BASE),
  REQUEST("own_ram_secure", FIRMWARE_NONSECURE_RAM_BASE + BOARD_SECURE_ALIAS),
  REQUEST("straddles_end", MY_MEMORY_END - 4u),
  REQUEST("straddles_border", FIRMWARE_NONSECURE_RAM_BASE - 4u),
  REQUEST("wraps", 0xFFFFFFFCu),
  REQUEST("device", 0x40000000u),
  REQUEST("nowhere", 0xA0000000u),
  {.name = "gate.request_misaligned", .act = request_misaligned},
  {.name = "gate.request_in_every_forbidden_place", .act = every_request},

  CALL("sizes_zero_where_some_are_needed", CALL_KEY_ATTRIBUTES, no_size),
  CALL("sizes_zero_with_wild_pointers", CALL_EMPTY, wild_but_empty),
  CALL("request_all_ones", CALL_KEY_SIGN_HASH, all_ones),
  CALL("arguments_one_short", CALL_KEY_ATTRIBUTES, arguments_short),
  CALL("arguments_one_long", CALL_KEY_ATTRIBUTES, arguments_long),
  CALL("arguments_null", CALL_KEY_ATTRIBUTES, arguments_null),
  CALL("in_one_long", CALL_CONSOLE_WRITE, in_too_long),
  CALL("in_huge", CALL_CONSOLE_WRITE, in_huge),
  CALL("in_wraps", CALL_CONSOLE_WRITE, in_wraps),
  CALL("in_all_memory", CALL_CONSOLE_WRITE, in_all_memory),
  CALL("in_straddles_end", CALL_CONSOLE_WRITE, in_straddles_end),
  CALL("in_straddles_start", CALL_CONSOLE_WRITE, in_straddles_start),
  CALL("in_straddles_border", CALL_CONSOLE_WRITE, in_straddles_border),
  CALL("in_code_memory", CALL_CONSOLE_WRITE, in_code_memory),
  CALL("in_device", CALL_CONSOLE_WRITE, in_device),
  CALL("in_system", CALL_CONSOLE_WRITE, in_system),
  CALL("in_where_none_is_taken", CALL_RANDOM, unasked_in),
  CALL("out_device", CALL_RANDOM, out_device),
  CALL("out_huge", CALL_RANDOM, out_huge),
  CALL("out_huge_wraps", CALL_RANDOM, out_huge_wraps),
  CALL("out_straddles_end", CALL_RANDOM, out_straddles_end),
  CALL("out_straddles_border", CALL_RANDOM, out_straddles_border),
  CALL("out_misaligned", CALL_RANDOM, out_misaligned),
  CALL("out_one_short", CALL_DEVICE_INFO, out_short),
  CALL("out_where_none_is_given", CALL_EMPTY, unasked_out),
  {.name = "gate.every_call_arguments_from_forbidden_places", .act = every_call, .value = ARGUMENTS},
  {.name = "gate.every_call_input_from_forbidden_places", .act = every_call, .value = IN},
  {.name = "gate.every_call_output_to_forbidden_places", .act = every_call, .value = OUT},

  {.name = "gate.answer_over_request", .act = answer_over_request},
  {.name = "gate.signature_over_hash", .act = signature_over_hash},
  {.name = "gate.arguments_in_request", .act = arguments_in_request},

  {.name = "gate.registers_after", .act = registers_after},
  {.name = "gate.return_to_secure_code", .act = return_to, .value = FIRMWARE_SECURE_BASE + 0x101u},
  {.name = "gate.return_to_secure_ram", .act = return_to, .value = SECURE_RAM + 1u},
  {.name = "gate.return_to_gate", .act = return_to, .value = FIRMWARE_GATES_BASE + 5u},
  {.name = "gate.return_as_function_return", .act = return_to, .value = 0xFEFFFFFFu},
  {.name = "gate.return_as_exception_return", .act = return_to, .value = 0xFFFFFFF9u},
};
const theme theme_gate = THEME(attempts);
